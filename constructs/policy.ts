import { Construct } from 'constructs';
import {
  lintPolicy,
  type PolicyDocument,
  type PolicyStatement,
  parsePolicy,
  validatePolicyName,
} from '../policies/index.js';
import type { IRustFs } from './server.js';

/** Anything that can be attached to a user or group. */
export interface IPolicy {
  readonly policyName: string;
}

export interface PolicyProps {
  readonly server: IRustFs;
  /** @default - the construct's id */
  readonly policyName?: string;
  /** @default - none; add them with `addStatements` */
  readonly statements?: readonly PolicyStatement[];
  /**
   * Why this policy may be wider than the linter lets pass (all buckets, `s3:*`, admin actions), and reach buckets that whoever
   * carries it was not granted. Reports show it.
   * @default - the linter's errors and unproved isolation fail the synthesis
   */
  readonly allowBroad?: string;
}

/** A canned policy of RustFS. */
export class Policy extends Construct implements IPolicy {
  /** A policy that exists on every server, such as `readonly`. It is not managed. */
  static builtIn(policyName: 'readonly' | 'readwrite' | 'writeonly' | 'diagnostics' | 'consoleAdmin'): IPolicy {
    return { policyName };
  }

  readonly policyName: string;
  readonly #server: IRustFs;
  readonly #statements: PolicyStatement[] = [];
  readonly #allowBroad: string | undefined;

  constructor(scope: Construct, id: string, props: PolicyProps) {
    super(scope, id);
    this.policyName = props.policyName ?? id;
    this.#server = props.server;
    this.#allowBroad = props.allowBroad;
    const errors = validatePolicyName(this.policyName, props.server._registry.rustfsVersion);
    if (errors.length > 0) throw new Error(errors.join('\n'));
    this.addStatements(...(props.statements ?? []));
    props.server._registry.add('policy', this.policyName, this.node.path, () => ({
      name: this.policyName,
      document: this.document as never,
      ...(this.#allowBroad ? { broadReason: this.#allowBroad } : {}),
    }));
    this.node.addValidation({ validate: () => this.#problems() });
  }

  get document(): PolicyDocument {
    return { Version: '2012-10-17', Statement: [...this.#statements] };
  }

  addStatements(...statements: readonly PolicyStatement[]): void {
    this.#statements.push(...statements);
  }

  #problems(): string[] {
    const version = this.#server._registry.rustfsVersion;
    const parsed = parsePolicy(this.document, { kind: 'iam', version });
    if (!parsed.ok) return parsed.problems.map(({ message }) => `policy ${this.policyName}: ${message}`);
    if (this.#statements.length === 0)
      return [`policy ${this.policyName} has no statement; add one, or leave the policy out`];
    if (this.#allowBroad) return [];
    return lintPolicy(this.document, { name: `policy ${this.policyName}`, version })
      .filter(({ severity }) => severity === 'error')
      .map(({ message, fix }) => `${message}; ${fix}, or give a reason in allowBroad`);
  }
}
