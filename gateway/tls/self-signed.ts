import { isIP } from 'node:net';
import { generate } from 'selfsigned';
import type { KeyPair } from './identity.js';

const DAYS = 30;

/** A certificate for development that nobody trusts; the key never leaves the process. */
export async function selfSigned(names: readonly string[]): Promise<KeyPair> {
  const notBeforeDate = new Date(Date.now() - 60_000);
  const { cert, private: key } = await generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate: new Date(notBeforeDate.getTime() + DAYS * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [...names, '127.0.0.1'].map((name) =>
          isIP(name) ? { type: 7, ip: name } : { type: 2, value: name },
        ),
      },
    ],
  });
  return { cert, key };
}
