import { Duration, SecretStoreRef, Size } from '../constructs/index.js';
import type { Environment } from './environment.js';

export const production: Environment = {
  name: 'production',
  endpoint: 'https://s3.example.com',
  secretStore: SecretStoreRef.sops({ file: 'production.yaml' }),
  remoteState: { endpoint: 'https://state.example.com' },
  keepLogs: Duration.days(90),
  archiveQuota: Size.gibibytes(500),
};
