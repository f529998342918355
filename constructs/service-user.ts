import { Construct } from 'constructs';
import type { PolicyStatement } from '../policies/index.js';
import { type IPolicy, Policy } from './policy.js';
import type { IRustFs } from './server.js';

export interface ServiceUserProps {
  readonly server: IRustFs;
  /** @default - the construct's id */
  readonly userName?: string;
  /** @default - none */
  readonly policies?: readonly IPolicy[];
  /** @default true */
  readonly enabled?: boolean;
}

/** Who can be granted access to a bucket. */
export interface IGrantee {
  /** Adds rights beyond those of the grantee's own policies. */
  addToGrants(statement: PolicyStatement): void;
}

/** The identity that carries the policies of an application. Its own secret is thrown away: applications use access keys. */
export class ServiceUser extends Construct implements IGrantee {
  readonly userName: string;
  readonly server: IRustFs;
  readonly #policies: IPolicy[];
  #grants: Policy | undefined;

  constructor(scope: Construct, id: string, props: ServiceUserProps) {
    super(scope, id);
    this.userName = props.userName ?? id;
    this.server = props.server;
    this.#policies = [...(props.policies ?? [])];
    if (!/^[^\s,=/]{3,}$/.test(this.userName)) {
      throw new Error(
        `invalid user name (value: ${this.userName}): expected at least 3 characters without white space, ",", "=" and "/"`,
      );
    }
    props.server._registry.add('user', this.userName, this.node.path, () => ({
      name: this.userName,
      enabled: props.enabled ?? true,
      policies: [...new Set(this.#policies.map(({ policyName }) => policyName))].sort(),
    }));
  }

  addPolicy(policy: IPolicy): void {
    this.#policies.push(policy);
  }

  /** Grants on buckets go to a policy of their own, `<user>-grants`, so that the component's policy stays as declared. */
  addToGrants(statement: PolicyStatement): void {
    if (!this.#grants) {
      this.#grants = new Policy(this, 'Grants', { server: this.server, policyName: `${this.userName}-grants` });
      this.addPolicy(this.#grants);
    }
    this.#grants.addStatements(statement);
  }
}
