// `npm test`: static checks, then the suite. Arguments after `--` go to vitest and skip the static checks.
import { bootstrap, run } from './bootstrap.mjs';

bootstrap();
const args = process.argv.slice(2);
const bin = (name) => `node_modules/.bin/${name}`;
if (args.length === 0) run('npm', ['run', '--silent', 'check'], { shell: process.platform === 'win32' });
run(bin('vitest'), ['run', ...args], { shell: process.platform === 'win32' });
