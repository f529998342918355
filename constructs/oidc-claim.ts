import { Construct } from 'constructs';
import type { ManifestUser } from '../manifest/index.js';
import { type Access, accessPolicy } from '../policies/index.js';
import type { OidcProvider } from './oidc-provider.js';
import { type IPolicy, Policy } from './policy.js';
import type { IRustFs } from './server.js';
import type { AccessException, IGrantee } from './service-user.js';

export interface OidcClaimProps {
  readonly server: IRustFs;
  /** One of the server's providers. */
  readonly provider: OidcProvider;
  /** Value of the provider's mapped claim, such as the name of a group. @default - the construct's id */
  readonly value?: string;
  /**
   * What the value gives: the policy that is named like it (with the provider's prefix), or the policies of a `Group` of
   * that name. @default - a policy of that name, which grants fill
   */
  readonly policies?: readonly IPolicy[];
  /** Buckets on which more than the declared access is accepted, each with the reason. @default none */
  readonly exceptions?: readonly AccessException[];
}

/**
 * Everybody whose token has a certain value in the provider's claim. RustFS makes a policy's name of the value: this is
 * the policy, and what is granted here goes to it. What is proved of users is proved of these sign-ins too.
 */
export class OidcClaim extends Construct implements IGrantee {
  readonly value: string;
  readonly policyName: string;
  readonly #server: IRustFs;
  readonly #granted: NonNullable<ManifestUser['grants']> = [];
  #own: Policy | undefined;

  constructor(scope: Construct, id: string, props: OidcClaimProps) {
    super(scope, id);
    const { server, provider, policies = [], exceptions = [] } = props;
    this.value = props.value ?? id;
    this.policyName = provider.claimPrefix + this.value;
    this.#server = server;
    if (!server._registry.has('OIDC provider', provider.id))
      throw new Error(
        `claim value ${this.value}: the server does not know OIDC provider ${provider.id}; name the provider in the server's oidc`,
      );
    if (this.value === '' || /[,\s]/.test(this.value))
      throw new Error(`invalid claim value (value: ${this.value}): expected text without commas and white space`);
    server._registry.add('claim value', `${this.value} of ${provider.id}`, this.node.path, () => {
      const own = this.#own ? [this.#own.policyName] : [];
      return {
        provider: provider.id,
        value: this.value,
        policies: [...new Set([...policies.map(({ policyName }) => policyName), ...own])].sort(),
        ...(this.#granted.length > 0 ? { grants: [...this.#granted] } : {}),
        ...(exceptions.length > 0 ? { exceptions: exceptions.map((exception) => ({ ...exception })) } : {}),
      };
    });
    this.node.addValidation({
      validate: () =>
        policies.length > 0 || this.#own
          ? []
          : [
              `claim value ${this.value} of OIDC provider ${provider.id} gives no right; grant it something, or name its policies`,
            ],
    });
  }

  addToGrants(bucketName: string, access: Access): void {
    this.#own ??= new Policy(this, 'Policy', { server: this.#server, policyName: this.policyName });
    this.#own.addStatements(...accessPolicy(access, [bucketName]).Statement);
    const { actions, prefix } = access;
    this.#granted.push({ bucket: bucketName, actions: [...actions], ...(prefix === undefined ? {} : { prefix }) });
  }
}
