/** Writes two entries in turn until it is killed: `writer-process.ts directory DIR` or `sops FILE IDENTITY RECIPIENT`. */
import { directorySecretStore } from '../../../provisioning/secrets/directory-store.js';
import type { StoredKey } from '../../../provisioning/secrets/secret-store.js';
import { sopsSecretStore } from '../../../provisioning/secrets/sops-store.js';

const [kind, path = '', ageIdentityFile = '', recipient = ''] = process.argv.slice(2);
const store =
  kind === 'directory'
    ? directorySecretStore(path)
    : sopsSecretStore({ file: path, ageIdentityFile, ageRecipients: [recipient] });
const key = (id: string): StoredKey => ({
  accessKeyId: id,
  secretAccessKey: id.repeat(2_000),
  createdAt: '2026-01-14T10:00:00.000Z',
  state: 'active',
});
const connection = { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' };
await store.write('loki', { current: key('OLD') }, connection);
process.stdout.write('ready\n');
for (;;) {
  await store.write('loki', { current: key('NEW') }, connection);
  await store.write('loki', { current: key('OLD') }, connection);
}
