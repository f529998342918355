import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { GatewayConfigError } from '../config/error.js';
import type { StaticConfig } from '../config/static.js';
import { selfSigned } from './self-signed.js';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

type TlsIdentity = StaticConfig['tls_identity'];

/** Certificate and key. A self-signed pair lives as long as the process. @throws GatewayConfigError */
export async function initialKeyPair(identity: TlsIdentity): Promise<KeyPair | undefined> {
  if (identity.type === 'none') return undefined;
  return identity.type === 'self_signed' ? selfSigned(identity.names) : readKeyPair(identity);
}

/** @throws GatewayConfigError if the files do not hold a certificate and its key */
export function readKeyPair(identity: Extract<TlsIdentity, { type: 'x509' }>): KeyPair {
  const { cert_file, key_file } = identity;
  try {
    const pair = { cert: readFileSync(cert_file, 'utf8'), key: readFileSync(key_file, 'utf8') };
    createSecureContext(pair);
    return pair;
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new GatewayConfigError(
      `tls_identity: ${cert_file} and ${key_file} must hold a PEM certificate and its private key (${reason})`,
    );
  }
}
