import type { Manifest } from '../manifest/index.js';
import type { AcceptedException } from './model.js';
import { describeUser } from './sign-ins.js';

/** Everything that is accepted although it is not proved, with the written reasons. */
export function exceptionsOf({ users, policies, buckets }: Manifest): readonly AcceptedException[] {
  return [
    ...users.flatMap(({ name, exceptions = [] }) =>
      exceptions.map(({ bucket, reason }) => ({
        what: `${describeUser(name)} on ${bucket === '*' ? 'everything' : bucket}`,
        reason,
      })),
    ),
    ...policies.flatMap(({ name, broadReason }) =>
      broadReason === undefined ? [] : [{ what: `policy ${name}`, reason: broadReason }],
    ),
    ...buckets.flatMap(({ name, publicAccessReason }) =>
      publicAccessReason === undefined ? [] : [{ what: `public access to bucket ${name}`, reason: publicAccessReason }],
    ),
  ];
}
