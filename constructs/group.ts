import { Construct } from 'constructs';
import type { IPolicy } from './policy.js';
import type { IRustFs } from './server.js';
import type { ServiceUser } from './service-user.js';

export interface GroupProps {
  readonly server: IRustFs;
  /** @default - the construct's id */
  readonly groupName?: string;
  readonly members: readonly ServiceUser[];
  readonly policies: readonly IPolicy[];
  /**
   * A disabled group takes *all* policies away from its members, not only its own (source: RustFS manager.rs, both versions).
   * @default true
   */
  readonly enabled?: boolean;
}

/** A group of users with policies of its own. */
export class Group extends Construct {
  readonly groupName: string;

  constructor(scope: Construct, id: string, props: GroupProps) {
    super(scope, id);
    this.groupName = props.groupName ?? id;
    if (!/^[^\s,=/\\]+$/.test(this.groupName)) {
      throw new Error(
        `invalid group name (value: ${this.groupName}): expected characters other than white space, ",", "=", "/" and "\\"`,
      );
    }
    props.server._registry.add('group', this.groupName, this.node.path, () => ({
      name: this.groupName,
      enabled: props.enabled ?? true,
      members: props.members.map(({ userName }) => userName).sort(),
      policies: props.policies.map(({ policyName }) => policyName).sort(),
    }));
  }
}
