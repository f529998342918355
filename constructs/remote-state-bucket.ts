import type { Construct } from 'constructs';
import { Access } from '../policies/index.js';
import { AccessKey } from './access-key.js';
import { Bucket } from './bucket.js';
import { DEFAULT_STATE_BUCKET, lockKey } from './remote-state.js';
import type { IRustFs } from './server.js';
import { ServiceUser } from './service-user.js';

export interface RemoteStateBucketProps {
  readonly server: IRustFs;
  /** @default terraform-state */
  readonly bucketName?: string;
  /** Ids of the stacks whose state is kept here. Each gets a user and an access key `state-<stack>`. */
  readonly stacks: readonly string[];
}

/**
 * Where `RemoteState` keeps state. Every stack has a key of its own, that reads and writes its state and lock alone: nobody may delete
 * state, and the bucket is versioned, so that an older state can be had again.
 */
export class RemoteStateBucket extends Bucket {
  constructor(
    scope: Construct,
    id: string,
    { server, bucketName = DEFAULT_STATE_BUCKET, stacks }: RemoteStateBucketProps,
  ) {
    super(scope, id, { server, bucketName, versioning: true });
    if (stacks.length === 0) throw new Error(`${id} is for no stack; name at least one in stacks`);
    for (const stack of stacks) {
      const name = `state-${stack}`;
      const user = new ServiceUser(this, `User-${stack}`, { server, userName: name });
      this.grantAppend(user, { prefix: `${stack}/` });
      user.addToGrants(bucketName, Access.custom(['s3:DeleteObject'], { prefix: lockKey(stack) }));
      new AccessKey(this, `AccessKey-${stack}`, { server, user, keyName: name });
    }
  }
}
