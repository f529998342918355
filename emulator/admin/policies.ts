import { s3Error } from '../errors.js';
import { IamError } from '../iam/errors.js';
import { allPolicies, findPolicy } from '../iam/lookup.js';
import { deletePolicy, putPolicy } from '../iam/policies.js';
import { requireAny } from './authorize.js';
import { type AdminCall, type AdminHandler, empty, json, typedQuery } from './call.js';
import { hasWhitespace, orInternal } from './faults.js';
import { echoPolicy, namesBucket, parseIamPolicy } from './policy-documents.js';

const NAME_QUERY = { name: { required: true } } as const;

export const listPolicies: AdminHandler = (call) => {
  requireAny(call, 'admin:ListUserPolicies');
  const { bucket } = typedQuery(call, { bucket: { required: true } });
  const { iam, profile } = call.context;
  const policies = [...allPolicies(iam, profile.version)].filter(
    ([, document]) => bucket === '' || namesBucket(document, bucket),
  );
  return json(Object.fromEntries(policies.map(([name, document]) => [name, echoPolicy(document, profile)])));
};

export const addPolicy: AdminHandler = (call) => {
  const { iam, profile } = call.context;
  requireAny(call, 'admin:CreatePolicy');
  const name = givenName(call);
  if (hasWhitespace(name, profile)) throw s3Error('InvalidArgument', 'policy name contains spaces');
  const document = parseIamPolicy(call.body, profile);
  if (document.Version === '') throw s3Error('InvalidArgument', profile.admin.policyVersionMissing);
  orInternal(() => putPolicy(iam, name, document));
  return empty();
};

export const policyInfo: AdminHandler = (call) => {
  const { iam, profile } = call.context;
  requireAny(call, 'admin:GetPolicy');
  const name = givenName(call);
  if (name.split(',').filter((part) => part.trim() !== '').length !== 1) {
    throw s3Error('InvalidArgument', 'too many policies');
  }
  const document = findPolicy(iam, profile.version, name);
  if (document === undefined) {
    throw s3Error(profile.admin.missingPolicyOnInfo, new IamError('NoSuchPolicy').message);
  }
  const stored = iam.policies.get(name);
  return json({
    policy_name: name,
    policy: echoPolicy(document, profile),
    ...(stored && { create_date: spelledTime(stored.createdAt), update_date: spelledTime(stored.updatedAt) }),
  });
};

export const removePolicy: AdminHandler = (call) => {
  requireAny(call, 'admin:DeletePolicy');
  const name = givenName(call);
  orInternal(() => deletePolicy(call.context.iam, call.context.profile.version, name));
  return empty();
};

function givenName(call: AdminCall): string {
  const { name } = typedQuery(call, NAME_QUERY);
  if (name === '') throw s3Error('InvalidArgument', call.context.profile.admin.policyNameMissing);
  return name;
}

/** `2026-11-24 04:56:40.754 +00:00:00`, as policy descriptions spell times. */
function spelledTime(iso: string): string {
  return `${iso.replace('T', ' ').replace('Z', '')} +00:00:00`;
}
