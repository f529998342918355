import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { ProvisioningError } from '../errors.js';
import { errorCode, readIfPresent, readPrivateFile, writeFileAtomic } from '../secrets/atomic-file.js';

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** Longer ones are refused by some systems. */
const CERTIFICATE_DAYS = 397;
/** With fewer days left, a certificate is renewed. */
const RENEWAL_DAYS = 30;

export interface SelfSignedProps {
  /** Directory (0700) of `ca.crt`, `ca.key`, `rustfs_cert.pem` and `rustfs_key.pem`. */
  readonly directory: string;
  /** Host names and addresses of the server. */
  readonly names: readonly string[];
  /** @default - the clock */
  readonly now?: Date;
}

export interface SelfSignedResult {
  readonly caFile: string;
  readonly certificateFile: string;
  /** Whether the certificate is new, and why. */
  readonly made: 'created' | 'renewed' | undefined;
  readonly validTo: Date;
}

/** Loaded when a certificate is made: the library is large, and most commands make none. */
const selfsigned = () => import('selfsigned');

interface Pair {
  readonly cert: string;
  readonly key: string;
}

function validity(now: Date, days: number) {
  const notBeforeDate = new Date(now.getTime() - 60_000);
  return { notBeforeDate, notAfterDate: new Date(notBeforeDate.getTime() + days * DAY_MS) };
}

async function makeAuthority(now: Date): Promise<Pair> {
  const { generate } = await selfsigned();
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'cdktf-rustfs development authority' }], {
    ...{ keyType: 'ec', algorithm: 'sha256', ...validity(now, AUTHORITY_DAYS) },
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { cert, key };
}

async function makeCertificate(authority: Pair, names: readonly string[], now: Date): Promise<Pair> {
  const { generate } = await selfsigned();
  const { cert, private: key } = await generate([{ name: 'commonName', value: names[0] ?? 'rustfs' }], {
    ...{ keyType: 'ec', algorithm: 'sha256', ca: authority, ...validity(now, CERTIFICATE_DAYS) },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  return { cert, key };
}

const matches = ({ cert, key }: Pair) => new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));

/** Why a certificate cannot stay; undefined if it can. */
function outdated({ cert, key }: Pair, names: readonly string[], now: Date): string | undefined {
  const certificate = new X509Certificate(cert);
  const covered = (name: string) =>
    (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
  if (!matches({ cert, key })) return 'its key is another one';
  if (!names.every(covered)) return `it is for ${certificate.subjectAltName}`;
  const left = new Date(certificate.validTo).getTime() - now.getTime();
  return left < RENEWAL_DAYS * DAY_MS ? `it ends on ${certificate.validTo}` : undefined;
}

async function readPair(directory: string, cert: string, key: string): Promise<Partial<Pair>> {
  const [certText, keyText] = [await readIfPresent(join(directory, cert)), await readPrivateFile(join(directory, key))];
  return { ...(certText ? { cert: certText } : {}), ...(keyText ? { key: keyText } : {}) };
}

/** The authority: made once, because clients have been told to trust it. */
async function authorityIn(directory: string, now: Date): Promise<Partial<Pair>> {
  const present = await readPair(directory, 'ca.crt', 'ca.key');
  if (present.cert !== undefined) return present;
  // A key without certificate is left of a run that was killed: nobody trusts it yet.
  const made = await makeAuthority(now);
  await writeFileAtomic(join(directory, 'ca.key'), made.key, 0o600);
  await writeFileAtomic(join(directory, 'ca.crt'), made.cert, 0o644);
  return made;
}

/**
 * An authority and a server certificate for development, under the names that RustFS wants. What is there stays, until the
 * certificate is about to end or names are missing; then the same authority signs another one. A killed run is repeated.
 *
 * @throws ProvisioningError if files of somebody else are in the way, or the key of the authority is gone when it is needed
 */
export async function writeSelfSignedFiles({
  directory,
  names,
  now = new Date(),
}: SelfSignedProps): Promise<SelfSignedResult> {
  const caFile = join(directory, 'ca.crt');
  const certificateFile = join(directory, 'rustfs_cert.pem');
  const result = (made: SelfSignedResult['made'], cert: string) => ({
    ...{ caFile, certificateFile, made },
    validTo: new Date(new X509Certificate(cert).validTo),
  });
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const present = await readPair(directory, 'rustfs_cert.pem', 'rustfs_key.pem');
    const authority = await authorityIn(directory, now);
    const ca = new X509Certificate(authority.cert ?? '');
    if (present.cert !== undefined && !new X509Certificate(present.cert).verify(ca.publicKey))
      throw new ProvisioningError(
        `${certificateFile} is not from ${caFile}: delete the one of the two that is not yours`,
      );
    const { cert, key } = present;
    const reason = cert && key ? outdated({ cert, key }, names, now) : 'there is none';
    if (reason === undefined && cert) return result(undefined, cert);
    const { cert: caCert, key: caKey } = authority;
    if (caCert === undefined || caKey === undefined || !matches({ cert: caCert, key: caKey }))
      throw new ProvisioningError(
        `${certificateFile} has to be made (${reason}), but ${join(directory, 'ca.key')} is not the key of ${caFile}: restore it, or delete both and give clients the new ca.crt`,
      );
    if (outdated({ cert: caCert, key: caKey }, [], now) !== undefined)
      throw new ProvisioningError(
        `${caFile} ends on ${ca.validTo}: delete ca.crt and ca.key, and give clients the new one`,
      );
    const made = await makeCertificate({ cert: caCert, key: caKey }, names, now);
    // The key first: a certificate that does not fit it is made again.
    await writeFileAtomic(join(directory, 'rustfs_key.pem'), made.key, 0o600);
    await writeFileAtomic(certificateFile, made.cert, 0o644);
    return result(cert ? 'renewed' : 'created', made.cert);
  } catch (error) {
    if (errorCode(error)?.startsWith('ERR_OSSL'))
      throw new ProvisioningError(`a file in ${directory} is no PEM certificate or key: delete it, or restore it`);
    throw error;
  }
}
