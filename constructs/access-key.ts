import { Construct } from 'constructs';
import { type PolicyDocument, parsePolicy } from '../policies/index.js';
import type { IRustFs } from './server.js';
import type { ServiceUser } from './service-user.js';

export interface AccessKeyProps {
  readonly server: IRustFs;
  readonly user: ServiceUser;
  /** Name of the key on the server and in the secret store. @default - the construct's id */
  readonly keyName?: string;
  /** Narrows what the user may do; never widens it. @default - all rights of the user */
  readonly policy?: PolicyDocument;
}

/** An access key below a service user: the only secret that an application ever sees. */
export class AccessKey extends Construct {
  readonly keyName: string;

  constructor(scope: Construct, id: string, props: AccessKeyProps) {
    super(scope, id);
    this.keyName = props.keyName ?? id;
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(this.keyName)) {
      throw new Error(
        `invalid access key name (value: ${this.keyName}): expected a letter, then up to 31 letters, digits, "_" or "-"`,
      );
    }
    const { policy } = props;
    if (policy) {
      const parsed = parsePolicy(policy, { kind: 'iam', version: props.server._registry.rustfsVersion });
      if (!parsed.ok)
        throw new Error(
          parsed.problems.map(({ message }) => `policy of access key ${this.keyName}: ${message}`).join('\n'),
        );
    }
    props.server._registry.add('access key', this.keyName, this.node.path, () => ({
      name: this.keyName,
      user: props.user.userName,
      ...(policy ? { policy: policy as never } : {}),
    }));
  }
}
