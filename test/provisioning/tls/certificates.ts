import { generate } from 'selfsigned';

const DAY_MS = 86_400_000;

export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** Another one at every call, with the same name. */
export async function authority(): Promise<Pair> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'test authority' }], {
    ...{ keyType: 'ec', algorithm: 'sha256' },
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  return { certificate: cert, key };
}

/** @param days from now that it begins and ends */
export async function signedBy(
  ca: Pair,
  { from = -1, to = 30, address = '127.0.0.1' }: { from?: number; to?: number; address?: string } = {},
): Promise<Pair> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'test' }], {
    ...{ keyType: 'ec', algorithm: 'sha256', ca: { cert: ca.certificate, key: ca.key } },
    notBeforeDate: new Date(Date.now() + from * DAY_MS),
    notAfterDate: new Date(Date.now() + to * DAY_MS),
    extensions: [
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: address }] },
    ],
  });
  return { certificate: cert, key };
}
