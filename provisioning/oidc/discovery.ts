import type { JWK } from 'jose';
import type { ManifestOidcProvider } from '../../manifest/index.js';
import { ProvisioningError } from '../errors.js';

const WELL_KNOWN = '.well-known/openid-configuration';
const TIMEOUT_MS = 10_000;

/** Where a provider's discovery document is. */
export function discoveryUrlOf({ issuer, discoveryUrl }: ManifestOidcProvider): string {
  const base = discoveryUrl ?? issuer;
  return base.endsWith(WELL_KNOWN) ? base : `${base.replace(/\/$/, '')}/${WELL_KNOWN}`;
}

export interface JsonAnswer<T> {
  readonly document: T;
  /** Of the answer's Date header. */
  readonly date?: Date;
}

/** @throws ProvisioningError that says why there is no JSON */
export async function fetchJson<T>(url: string): Promise<JsonAnswer<T>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' });
    if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
    const date = response.headers.get('date');
    return { document: (await response.json()) as T, ...(date === null ? {} : { date: new Date(date) }) };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } };
    throw new ProvisioningError(`cannot read ${url}: ${cause?.code ?? message}`);
  }
}

/** Public keys of a provider. @throws ProvisioningError */
export async function fetchKeys(provider: ManifestOidcProvider): Promise<readonly JWK[]> {
  const { document } = await fetchJson<{ readonly jwks_uri?: string }>(discoveryUrlOf(provider));
  const jwks = await fetchJson<{ readonly keys?: readonly JWK[] }>(document.jwks_uri ?? '');
  return jwks.document.keys ?? [];
}
