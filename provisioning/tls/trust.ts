import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { ProvisioningError } from '../errors.js';

/** Whom an https endpoint has to be, and who its client is. */
export interface Trust {
  /** The only authorities that its certificate may be from, and the file (absolute) they are in. @default - those of Node.js */
  readonly ca?: { readonly file: string; readonly pem: string };
  /** PEM, for a server that asks for a client certificate. @default none */
  readonly client?: { readonly certificate: string; readonly key: string };
}

export interface TrustFiles {
  readonly caFile?: string | undefined;
  readonly clientCertificateFile?: string | undefined;
  readonly clientKeyFile?: string | undefined;
}

const WAY_OUT = 'check the path, or name the right file with --ca-file or RUSTFS_CA_FILE';

function read(what: string, file: string, wayOut: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ProvisioningError(`cannot read ${what} ${file} (${code}): ${wayOut}`, { cause });
  }
}

function readAuthorities(file: string): string {
  const pem = read('the certificate authority', file, WAY_OUT);
  try {
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw new ProvisioningError(`${file} is no certificate authority: expected a PEM certificate; ${WAY_OUT}`, {
      cause,
    });
  }
}

function readClient(certificateFile: string, keyFile: string): Required<Trust>['client'] {
  const wayOut = 'the manifest names it for a server that asks for client certificates';
  const certificate = read('the client certificate', certificateFile, wayOut);
  const key = read('the client key', keyFile, wayOut);
  try {
    createSecureContext({ cert: certificate, key });
    return { certificate, key };
  } catch {
    throw new ProvisioningError(`${certificateFile} and ${keyFile} are not a PEM certificate and its private key`);
  }
}

/** Reads the files of a manifest, or those that the user named. @throws ProvisioningError */
export function readTrust({ caFile, clientCertificateFile, clientKeyFile }: TrustFiles): Trust {
  return {
    ...(caFile === undefined ? {} : { ca: { file: resolve(caFile), pem: readAuthorities(caFile) } }),
    ...(clientCertificateFile === undefined || clientKeyFile === undefined
      ? {}
      : { client: readClient(clientCertificateFile, clientKeyFile) }),
  };
}
