import { Construct } from 'constructs';
import type { ManifestUser } from '../manifest/index.js';
import { type Access, accessPolicy } from '../policies/index.js';
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
  /**
   * Buckets on which this user may do more than was declared, each with the reason, which reports show.
   * @default - none: rights beyond the declared ones fail the synthesis
   */
  readonly exceptions?: readonly AccessException[];
}

/** Where more than the declared access is accepted. */
export interface AccessException {
  /** Name of a bucket, or `*` for everything that the user may do. */
  readonly bucket: string;
  /** Why. */
  readonly reason: string;
}

/** Who can be granted access to a bucket. */
export interface IGrantee {
  /** Adds rights on a bucket to those of the grantee's own policies. */
  addToGrants(bucketName: string, access: Access): void;
}

/** The identity that carries the policies of an application. Its own secret is thrown away: applications use access keys. */
export class ServiceUser extends Construct implements IGrantee {
  readonly userName: string;
  readonly server: IRustFs;
  readonly #policies: IPolicy[];
  readonly #granted: NonNullable<ManifestUser['grants']> = [];
  readonly #exceptions: AccessException[];
  #grants: Policy | undefined;

  constructor(scope: Construct, id: string, props: ServiceUserProps) {
    super(scope, id);
    this.userName = props.userName ?? id;
    this.server = props.server;
    this.#policies = [...(props.policies ?? [])];
    this.#exceptions = [...(props.exceptions ?? [])];
    if (!/^[^\s,=/]{3,}$/.test(this.userName)) {
      throw new Error(
        `invalid user name (value: ${this.userName}): expected at least 3 characters without white space, ",", "=" and "/"`,
      );
    }
    props.server._registry.add('user', this.userName, this.node.path, () => ({
      name: this.userName,
      enabled: props.enabled ?? true,
      policies: [...new Set(this.#policies.map(({ policyName }) => policyName))].sort(),
      ...(this.#granted.length > 0 ? { grants: [...this.#granted] } : {}),
      ...(this.#exceptions.length > 0 ? { exceptions: this.#exceptions.map((exception) => ({ ...exception })) } : {}),
    }));
  }

  addPolicy(policy: IPolicy): void {
    this.#policies.push(policy);
  }

  /** Accepts that this user may do more than was declared on a bucket; the reason is shown in reports. */
  addException(exception: AccessException): void {
    this.#exceptions.push(exception);
  }

  /** Grants on buckets go to a policy of their own, `<user>-grants`, so that the component's policy stays as declared. */
  addToGrants(bucketName: string, access: Access): void {
    if (!this.#grants) {
      this.#grants = new Policy(this, 'Grants', { server: this.server, policyName: `${this.userName}-grants` });
      this.addPolicy(this.#grants);
    }
    this.#grants.addStatements(...accessPolicy(access, [bucketName]).Statement);
    const { actions, prefix } = access;
    this.#granted.push({ bucket: bucketName, actions: [...actions], ...(prefix === undefined ? {} : { prefix }) });
  }
}
