import { type Manifest, type ManifestOidcProvider, policiesOfClaims } from '../../manifest/index.js';
import { isClaimablePolicyName, type Principal, webIdentityParent } from '../../policies/index.js';
import type { Verb } from '../verify/model.js';
import { rightsFactory } from '../verify/rights.js';
import { policyDocuments } from '../verify/sign-ins.js';
import { targetOf } from '../verify/targets.js';

/** What a token with certain claims would get. */
export interface Simulation {
  readonly policies: readonly string[];
  /** Why RustFS would refuse the sign-in, or give a session that can do nothing. */
  readonly problem?: string;
  /** What the session could do, by bucket; buckets without anything are left out. */
  readonly access: readonly { readonly bucket: string; readonly verbs: readonly Verb[] }[];
}

function problemOf({ server }: Manifest, names: readonly string[], missing: readonly string[]): string | undefined {
  if (names.length === 0) return 'RustFS refuses the sign-in: no claim names a policy (400 InvalidArgument)';
  if (missing.length === 0) return undefined;
  const unknown = `no policy is called ${missing.join(', ')}`;
  return server.rustfsVersion === '1.0.1'
    ? `RustFS 1.0.1 refuses the sign-in: ${unknown} (400 InvalidRequest); leave such values out of the claim`
    : `RustFS 1.0.0-beta.7 ignores names without a policy: ${unknown}`;
}

/** Maps claims as RustFS does, and asks the evaluator what comes of it. */
export function simulateClaims(
  manifest: Manifest,
  provider: ManifestOidcProvider,
  claims: Readonly<Record<string, unknown>>,
): Simulation {
  const { rustfsVersion, endpoint } = manifest.server;
  const names = policiesOfClaims(manifest, provider, claims);
  const documents = policyDocuments(manifest, names).filter(({ name }) => isClaimablePolicyName(name));
  const missing = names.filter((name) => !documents.some((document) => document.name === name));
  const problem = problemOf(manifest, names, missing);
  const isRefused = names.length === 0 || (missing.length > 0 && rustfsVersion === '1.0.1');
  const sub = String(claims.sub ?? '');
  const principal: Principal = {
    kind: 'session',
    accessKey: 'simulated',
    parentUser: rustfsVersion === '1.0.1' ? webIdentityParent(provider.issuer, sub) : sub,
    policies: isRefused ? [] : documents,
  };
  const credentials = { accessKeyId: 'simulated', secretAccessKey: '' };
  const subject = { who: 'simulated', credentials, rights: rightsFactory(manifest, endpoint)(principal) };
  const access = manifest.buckets
    .map((bucket) => ({ bucket: bucket.name, verbs: targetOf(rustfsVersion, subject, bucket).verbs }))
    .filter(({ verbs }) => verbs.length > 0);
  return { policies: names, ...(problem ? { problem } : {}), access };
}
