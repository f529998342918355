import { Duration, SecretStoreRef, Size } from '../constructs/index.js';
import type { Environment } from './environment.js';

export const staging: Environment = {
  name: 'staging',
  endpoint: 'https://s3.staging.example.com',
  secretStore: SecretStoreRef.sops({ file: 'staging.yaml' }),
  remoteState: { endpoint: 'https://state.example.com' },
  keepLogs: Duration.days(14),
  archiveQuota: Size.gibibytes(20),
};
