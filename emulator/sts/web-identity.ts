import { type ClaimedRights, claimedRights, webIdentityParent } from '../../policies/index.js';
import { sessionPolicy } from '../admin/policy-documents.js';
import type { EmulatorContext, EmulatorRequest, EmulatorResponse } from '../context.js';
import { s3Error } from '../errors.js';
import { allNamed, claimedPolicyNames } from '../iam/lookup.js';
import { createSession } from '../iam/sessions.js';
import { saveIam } from '../iam/storage.js';
import { TokenRefusal, userNameOf, type VerifiedToken, verifyToken } from '../oidc/verify-token.js';
import { element, XML_DECLARATION } from '../xml.js';
import { metadata, NAMESPACE, sessionSeconds } from './session.js';

/** Both versions keep sessions by web identity within these (source: sts.rs). */
const LIMITS = { shortestSeconds: 900, longestSeconds: 43_200 };

/** What the session gets. On 1.0.1 the names are settled here, and one unknown name refuses the sign-in. @throws EmulatorError */
function rightsOf({ iam, profile }: EmulatorContext, { provider, claims }: VerifiedToken): ClaimedRights {
  const claimed = claimedRights(provider.config, claims, profile.version);
  if (claimed.policies.length === 0 && claimed.groups.length === 0)
    throw s3Error('InvalidArgument', 'no policies are available for this OIDC token');
  if (!profile.oidc.resolvedAtIssue) return claimed;
  const policies = claimedPolicyNames(iam, claimed);
  if (allNamed(iam, profile.version, policies).length === 0)
    throw s3Error('InvalidRequest', 'OIDC policy mapping did not resolve to current policies');
  return { policies, groups: claimed.groups };
}

/** AssumeRoleWithWebIdentity: a session for who holds a token of a configured provider. @throws EmulatorError */
export async function assumeRoleWithWebIdentity(
  context: EmulatorContext,
  request: EmulatorRequest,
  form: URLSearchParams,
): Promise<EmulatorResponse> {
  const token = form.get('WebIdentityToken');
  if (!token) throw s3Error('InvalidArgument', 'WebIdentityToken is required');
  const verified = await verifyToken(context.oidc.providers, token).catch((error: unknown) => {
    if (error instanceof TokenRefusal) throw s3Error('AccessDenied', `token verification failed: ${error.message}`);
    throw error;
  });
  const claimed = rightsOf(context, verified);
  const seconds = sessionSeconds(form, LIMITS);
  const text = form.get('Policy') ?? '';
  const policy = text === '' ? undefined : sessionPolicy(text, context.profile);
  const userName = userNameOf(verified);
  const { iss = '', sub = '' } = verified.claims;
  const parent = context.profile.oidc.hashedParent ? webIdentityParent(iss, sub) : userName;
  const { accessKey, session } = createSession(context.iam, context.root.secretKey, parent, seconds, policy, claimed);
  await saveIam(context);
  const credentials = [
    element('AccessKeyId', accessKey),
    element('SecretAccessKey', session.secretKey),
    element('SessionToken', session.sessionToken),
    element('Expiration', `${session.expiration.slice(0, 19)}Z`),
  ];
  const lines = [
    `<AssumeRoleWithWebIdentityResponse xmlns="${NAMESPACE}">`,
    '  <AssumeRoleWithWebIdentityResult>',
    '    <Credentials>',
    ...credentials.map(({ xml }) => `      ${xml}`),
    '    </Credentials>',
    `    ${element('SubjectFromWebIdentityToken', userName).xml}`,
    '  </AssumeRoleWithWebIdentityResult>',
    `${metadata(context, request).xml}</AssumeRoleWithWebIdentityResponse>`,
  ];
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `${XML_DECLARATION}\n${lines.join('\n')}`,
  };
}
