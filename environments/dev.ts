import { Duration, SecretStoreRef } from '../constructs/index.js';
import type { Environment } from './environment.js';

/** A laptop: `cdktf-rustfs up --stack storage-dev` runs it on the emulator. */
export const dev: Environment = {
  name: 'dev',
  endpoint: 'http://127.0.0.1:9900',
  secretStore: SecretStoreRef.directory('secrets/storage-dev'),
  keepLogs: Duration.days(3),
};
