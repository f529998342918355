import { type Statement, texts, verdict } from '../policy/evaluate.js';
import type { Role } from './load.js';

/** Who asks for a role. */
export type Applicant =
  | {
      readonly kind: 'web';
      /** Name of the provider of the token's issuer. */
      readonly provider: string | undefined;
      /** Unverified. */
      readonly claims: Readonly<Record<string, unknown>> | undefined;
      /** As asked for, in seconds. */
      readonly duration?: string;
    }
  | { readonly kind: 'user'; readonly arn: string };

/** Whether the trust policy of a role admits somebody. Recorded: `trust.*`, `assume.*`. */
export function trusts(role: Role, applicant: Applicant): boolean {
  const action = applicant.kind === 'web' ? 'sts:AssumeRoleWithWebIdentity' : 'sts:AssumeRole';
  const statements = (role.trust ?? []).filter((statement) => names(statement, applicant));
  return verdict(statements, { action, context: trustContext(applicant) }) === 'allow';
}

function names({ Principal }: Statement, applicant: Applicant): boolean {
  if (Principal === '*') return true;
  const { AWS, Federated } = (Principal ?? {}) as Record<string, unknown>;
  // Observed, and no slip: `{"AWS": "*"}` admits web identities too.
  if (texts(AWS).includes('*')) return true;
  if (applicant.kind === 'user') return texts(AWS).includes(applicant.arn);
  const federated = texts(Federated);
  return (
    (federated.includes('*') && applicant.claims !== undefined) ||
    (applicant.provider !== undefined && federated.includes(applicant.provider))
  );
}

function trustContext(applicant: Applicant): Map<string, readonly string[]> {
  const context = new Map<string, readonly string[]>();
  if (applicant.kind === 'user') return context;
  const { claims = {}, duration } = applicant;
  for (const [name, value] of Object.entries(claims)) {
    // Neither `azp` nor a list of audiences ever matches.
    if (name === 'azp' || (name === 'aud' && Array.isArray(value))) continue;
    const values = claimTexts(value);
    if (values !== undefined) context.set(`oidc:${name}`, values);
  }
  if (typeof claims.sub === 'string') context.set('aws:userid', [claims.sub]);
  if (duration !== undefined) context.set('sts:DurationSeconds', [duration]);
  return context;
}

/** A scalar or a list of scalars; nested claims are not seen. */
export function claimTexts(value: unknown): readonly string[] | undefined {
  const values = Array.isArray(value) ? value : [value];
  return values.every((item) => ['string', 'number', 'boolean'].includes(typeof item)) ? values.map(String) : undefined;
}
