/** An emulator in a process of its own, for tests that end it hard: `emulator-process.ts DATA_DIR` prints its address. */
import { startEmulator } from '../../emulator/index.js';

const [dataDir = ''] = process.argv.slice(2);
const { endpoint } = await startEmulator({ accessKey: 'durable', secretKey: 'durable-secret', dataDir });
process.stdout.write(`${endpoint}\n`);
