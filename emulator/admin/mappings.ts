import { s3Error } from '../errors.js';
import { getGroup } from '../iam/groups.js';
import { identityKind } from '../iam/lookup.js';
import { setMapping } from '../iam/policies.js';
import { requireAny } from './authorize.js';
import { type AdminCall, type AdminHandler, empty, json, requestBodyDebug, typedQuery } from './call.js';
import { orIamFault, orInternal } from './faults.js';

interface Target {
  readonly name: string;
  readonly isGroup: boolean;
}

/** `PUT set-user-or-group-policy`: replaces what is attached; without names it detaches all. */
export const setPolicies: AdminHandler = (call) => {
  requireAny(call, 'admin:AttachUserOrGroupPolicy');
  const query = typedQuery(call, {
    policyName: { aliases: ['policy'] },
    userOrGroup: { aliases: ['user-or-group'], required: true },
    isGroup: { aliases: ['is-group'], required: true, type: 'boolean' },
  });
  if (query.userOrGroup === '') throw s3Error('InvalidArgument', 'user or group is required');
  const target = { name: query.userOrGroup, isGroup: query.isGroup === 'true' };
  checkTarget(call, target, {
    system: 'cannot set a policy for the system user',
    missing: call.context.profile.admin.missingUserOnAttach,
  });
  const { iam, profile } = call.context;
  orInternal(() => setMapping(iam, profile.version, target, query.policyName));
  return empty();
};

const ASSOCIATION_BODY = {
  name: 'PolicyAssociationReq',
  fields: {
    policies: { type: 'strings', optional: true },
    user: { type: 'string', optional: true },
    group: { type: 'string', optional: true },
  },
} as const;

/** `POST idp/builtin/policy/attach`. */
export const attachPolicies: AdminHandler = (call) =>
  associate(call, 'policiesAttached', (current, wanted) => {
    const added = wanted.filter((name, index) => !current.includes(name) && wanted.indexOf(name) === index);
    return { updated: [...current, ...added], changed: added };
  });

/** `POST idp/builtin/policy/detach`. */
export const detachPolicies: AdminHandler = (call) =>
  associate(call, 'policiesDetached', (current, wanted) => ({
    updated: current.filter((name) => !wanted.includes(name)),
    changed: current.filter((name) => wanted.includes(name)),
  }));

type Change = (current: readonly string[], wanted: readonly string[]) => { updated: string[]; changed: string[] };

function associate(call: AdminCall, label: string, change: Change) {
  requireAny(call, 'admin:AttachUserOrGroupPolicy');
  const body = requestBodyDebug(call, ASSOCIATION_BODY, 'unmarshal policy association body failed, e: %');
  const wanted = (body.policies ?? []) as string[];
  const [user, group] = [String(body.user ?? ''), String(body.group ?? '')];
  if (wanted.length === 0) throw s3Error('InvalidArgument', 'no policy names were given');
  if (wanted.includes('')) throw s3Error('InvalidArgument', 'an empty policy name was given');
  if (user === '' && group === '') throw s3Error('InvalidArgument', 'no user or group association was given');
  if (user !== '' && group !== '') {
    throw s3Error('InvalidArgument', 'either a group or a user association must be given, not both');
  }
  const target = { name: user || group, isGroup: user === '' };
  checkTarget(call, target, { system: "can't set policy for system user", missing: 'user not exist' });
  const { iam, profile } = call.context;
  const mapping = (target.isGroup ? iam.groupMappings : iam.userMappings).get(target.name);
  const { updated, changed } = change(trimmedNames(mapping?.policies), wanted);
  const updatedAt = orInternal(() => setMapping(iam, profile.version, target, updated.join(',')));
  return json({ ...(changed.length > 0 && { [label]: changed }), updatedAt });
}

/** Names of a mapping as the bulk views list them: trimmed, blank ones dropped. */
export function trimmedNames(policies: string | undefined): string[] {
  return (policies ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** @throws EmulatorError unless policies can be attached to the target */
function checkTarget(call: AdminCall, { name, isGroup }: Target, words: { system: string; missing: string }): void {
  const { iam, root } = call.context;
  if (isGroup) {
    orIamFault(() => getGroup(iam, name));
    return;
  }
  const kind = identityKind(iam, name);
  if (kind === 'service-account' || kind === 'session') {
    throw s3Error('InvalidArgument', "temp user can't set policy");
  }
  if (name === root.accessKey) throw s3Error('InvalidArgument', words.system);
  if (kind === undefined) throw s3Error('InvalidArgument', words.missing);
}
