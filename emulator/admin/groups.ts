import { s3Error } from '../errors.js';
import { IamError } from '../iam/errors.js';
import { addMembers, getGroup, removeMembers, setGroupStatus } from '../iam/groups.js';
import { identityKind } from '../iam/lookup.js';
import { requireAny } from './authorize.js';
import { type AdminHandler, empty, json, requestBody, typedQuery } from './call.js';
import { hasWhitespace, orIamFault } from './faults.js';

const GROUP_QUERY = { group: { required: true }, status: {} } as const;
const LONGEST_NAME = 256;

export const listGroups: AdminHandler = (call) => {
  requireAny(call, 'admin:ListGroups');
  return json([...new Set([...call.context.iam.groups.keys(), ...call.context.iam.groupMappings.keys()])]);
};

export const groupInfo: AdminHandler = (call) => {
  requireAny(call, 'admin:GetGroup');
  const { group: name } = typedQuery(call, GROUP_QUERY);
  const { iam } = call.context;
  const group = orIamFault(() => getGroup(iam, name));
  const mapping = iam.groupMappings.get(name);
  return json({
    name,
    status: group.enabled ? 'enabled' : 'disabled',
    members: group.members,
    policy: mapping?.policies ?? '',
    updatedAt: mapping?.updatedAt ?? group.updatedAt,
  });
};

export const deleteGroup: AdminHandler = (call) => {
  requireAny(call, 'admin:RemoveUserFromGroup');
  const name = (call.params.group ?? '').trim();
  if (name === '' || Buffer.byteLength(name) > LONGEST_NAME) throw s3Error('InvalidArgument', 'invalid group name');
  if (/[/\\\0]/.test(name)) throw s3Error('InvalidArgument', 'group name contains invalid characters');
  try {
    removeMembers(call.context.iam, name, []);
  } catch (error) {
    if (!(error instanceof IamError)) throw error;
    if (error.kind === 'GroupNotEmpty') throw s3Error('InvalidRequest', 'group is not empty');
    if (error.kind === 'NoSuchGroup') throw s3Error('NoSuchResource', error.message);
    throw s3Error('InternalError', `failed to delete group: ${error.message}`);
  }
  return empty();
};

export const setStatus: AdminHandler = (call) => {
  requireAny(call, 'admin:EnableGroup');
  const { group, status } = typedQuery(call, GROUP_QUERY);
  if (group === '') throw s3Error('InvalidArgument', 'group is required');
  if (!call.request.query.has('status')) throw s3Error('InvalidArgument', 'status is required');
  if (status !== 'enabled' && status !== 'disabled') throw s3Error('InvalidArgument', 'invalid status');
  orIamFault(() => setGroupStatus(call.context.iam, group, status === 'enabled'));
  return empty();
};

const MEMBERS_BODY = {
  name: 'GroupAddRemove',
  fields: {
    group: { type: 'string' },
    members: { type: 'strings' },
    groupStatus: { type: ['enabled', 'disabled', ''] },
    isRemove: { type: 'boolean' },
  },
} as const;

/** Adds or removes members, for both with the right to add. `groupStatus` has to be there and does nothing. */
export const updateMembers: AdminHandler = (call) => {
  requireAny(call, 'admin:AddUserToGroup');
  const body = requestBody(call, MEMBERS_BODY);
  const [name, members] = [String(body.group), body.members as string[]];
  const { iam, profile } = call.context;
  for (const member of members) {
    const kind = identityKind(iam, member);
    if (kind === 'service-account' || kind === 'session') {
      throw s3Error('MethodNotAllowed', `can't add temp user ${member}`);
    }
  }
  orIamFault(() => {
    if (body.isRemove) return removeMembers(iam, name, members);
    if (!iam.groups.has(name) && hasWhitespace(name, profile)) {
      throw s3Error('InvalidArgument', 'group name contains whitespace');
    }
    return addMembers(iam, profile, name, members);
  });
  return empty();
};
