import { Construct } from 'constructs';
import { type Access, accessPolicy } from '../policies/index.js';
import { AccessKey } from './access-key.js';
import { Bucket, type BucketProps } from './bucket.js';
import { Policy } from './policy.js';
import type { IRustFs } from './server.js';
import { type AccessException, ServiceUser } from './service-user.js';

export interface ComponentStorageProps {
  readonly server: IRustFs;
  /** Suffixes: `events` of component `langfuse` becomes bucket `langfuse-events`. */
  readonly buckets: readonly string[];
  /** What the component may do on exactly these buckets. */
  readonly access: Access;
  /** Names of components whose own policies may reach these buckets too. @default - none */
  readonly shareWith?: readonly string[];
  /**
   * Buckets on which the component may do more than was declared, each with the reason, which reports show.
   * @default - none: rights beyond `access`, grants and shares fail the synthesis
   */
  readonly exceptions?: readonly AccessException[];
  /** Configuration of all these buckets. @default - plain buckets */
  readonly bucketProps?: Omit<BucketProps, 'server' | 'bucketName'>;
}

/**
 * Storage of one application: its buckets, the policy `<id>-storage` over exactly them, the service user `<id>-svc` that
 * carries the policy, and the access key `<id>` that the application gets.
 */
export class ComponentStorage extends Construct {
  readonly buckets: readonly Bucket[];
  readonly policy: Policy;
  readonly user: ServiceUser;
  readonly accessKey: AccessKey;

  constructor(scope: Construct, id: string, props: ComponentStorageProps) {
    super(scope, id);
    if (props.buckets.length === 0)
      throw new Error(`component ${id} has no bucket; name at least one suffix in buckets`);
    const { server } = props;
    this.buckets = props.buckets.map(
      (suffix) => new Bucket(this, suffix, { ...props.bucketProps, server, bucketName: `${id}-${suffix}` }),
    );
    const names = this.buckets.map(({ bucketName }) => bucketName);
    this.policy = new Policy(this, 'Policy', {
      server,
      policyName: `${id}-storage`,
      statements: accessPolicy(props.access, names).Statement,
    });
    this.user = new ServiceUser(this, 'User', {
      server,
      userName: `${id}-svc`,
      policies: [this.policy],
      ...(props.exceptions ? { exceptions: props.exceptions } : {}),
    });
    const { actions, prefix } = props.access;
    this.accessKey = new AccessKey(this, 'AccessKey', { server, user: this.user, keyName: id });
    server._registry.add('component', id, this.node.path, () => ({
      name: id,
      user: this.user.userName,
      policy: this.policy.policyName,
      accessKey: this.accessKey.keyName,
      buckets: names,
      access: { actions: [...actions], ...(prefix === undefined ? {} : { prefix }) },
      ...(props.shareWith ? { shareWith: [...props.shareWith] } : {}),
    }));
  }
}
