import * as z from 'zod';
import { name, names, policyText, unset } from './attributes.js';
import { type Reader, reader } from './resource.js';

const off = (status: string | undefined) => status === 'disabled' || status === 'off';

/** Identities of the provider aminueza/minio (source: its schemas, commit d732d7a). Secrets of users are left behind: only those of access keys are used. */
export const MINIO_IDENTITIES: Readonly<Record<string, Reader>> = {
  minio_iam_policy: reader(z.object({ name, policy: policyText }), (attributes, draft) => {
    draft.policy(attributes.name, attributes.policy);
  }),
  minio_iam_user: reader(
    z.object({ name, disable_user: unset(z.boolean()), status: unset(z.string()) }),
    (attributes, draft) => {
      draft.user(attributes.name).enabled = !attributes.disable_user && !off(attributes.status);
    },
  ),
  minio_iam_group: reader(z.object({ name, disable_group: unset(z.boolean()) }), (attributes, draft) => {
    draft.group(attributes.name).enabled = !attributes.disable_group;
  }),
  minio_iam_group_membership: reader(z.object({ group: name, users: names }), ({ group, users }, draft) => {
    for (const user of users) draft.group(group).members.add(user);
  }),
  minio_iam_user_group_membership: reader(z.object({ user: name, groups: names }), ({ user, groups }, draft) => {
    for (const group of groups) draft.group(group).members.add(user);
  }),
  minio_iam_group_user_attachment: reader(z.object({ group_name: name, user_name: name }), (attributes, draft) => {
    draft.group(attributes.group_name).members.add(attributes.user_name);
  }),
  minio_iam_user_policy_attachment: reader(z.object({ user_name: name, policy_name: name }), (attributes, draft) => {
    draft.user(attributes.user_name).policies.add(attributes.policy_name);
  }),
  minio_iam_group_policy_attachment: reader(z.object({ group_name: name, policy_name: name }), (attributes, draft) => {
    draft.group(attributes.group_name).policies.add(attributes.policy_name);
  }),
  minio_iam_group_policy: reader(z.object({ group: name, name, policy: policyText }), (attributes, draft) => {
    draft.policy(attributes.name, attributes.policy);
    draft.group(attributes.group).policies.add(attributes.name);
  }),
  minio_iam_service_account: reader(
    z.object({
      target_user: name,
      access_key: name,
      secret_key: unset(z.string()),
      name: unset(z.string()),
      policy: unset(policyText),
      disable_user: unset(z.boolean()),
      status: unset(z.string()),
    }),
    (attributes, draft) => {
      draft.accessKey({
        accessKeyId: attributes.access_key,
        parent: attributes.target_user,
        enabled: !attributes.disable_user && !off(attributes.status),
        ...(attributes.name ? { name: attributes.name } : {}),
        ...(attributes.policy ? { policy: attributes.policy } : {}),
        ...(attributes.secret_key ? { secretAccessKey: attributes.secret_key } : {}),
      });
    },
  ),
  minio_accesskey: reader(
    z.object({
      user: name,
      access_key: name,
      secret_key: unset(z.string()),
      policy: unset(policyText),
      status: unset(z.string()),
    }),
    ({ user, access_key, secret_key, policy, status }, draft) => {
      draft.accessKey({
        accessKeyId: access_key,
        parent: user,
        enabled: !off(status),
        ...(policy ? { policy } : {}),
        ...(secret_key ? { secretAccessKey: secret_key } : {}),
      });
    },
  ),
};
