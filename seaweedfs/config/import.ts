import { asList } from '../../policies/index.js';
import { isNonEmpty, isObject, type Json } from './findings.js';
import type { ConfigFinding } from './model.js';
import { type ValidateOptions, validateIamConfig } from './validate.js';

export interface ImportedConfig {
  /** Source text of a construct that declares the same, as far as it can be declared. */
  readonly typescript: string;
  /** Every problem of the file, and everything in it that has no effect. */
  readonly findings: readonly ConfigFinding[];
  /** Secrets of the file, each with the entry of the secret store that it belongs into. Never their values. */
  readonly secrets: readonly { readonly entry: string; readonly from: string }[];
}

const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const single = <T>(values: readonly T[]) => (values.length === 1 ? values[0] : values);

const USER = /^arn:aws:iam::\d{12}:user\//;

function statement({ Effect, Principal, Action, Condition }: Json) {
  const { Federated, AWS } = isObject(Principal) ? Principal : {};
  const principal =
    AWS === undefined
      ? { provider: single(asList((Federated ?? Principal ?? []) as string | string[])) }
      : { identity: single(asList(AWS as string | string[]).map((arn) => String(arn).replace(USER, ''))) };
  const actions = asList(Action as string | string[] | undefined);
  const usual = AWS === undefined ? 'sts:AssumeRoleWithWebIdentity' : 'sts:AssumeRole';
  return {
    ...(Effect === 'Deny' && { effect: 'Deny' }),
    principal,
    ...((actions.length !== 1 || actions[0] !== usual) && { actions }),
    ...(Condition !== undefined && { conditions: Condition }),
  };
}

function provider({ name, type, enabled, config }: Json) {
  const { clientId, clientIds, clientSecret: _, bindPassword, ...rest } = isObject(config) ? config : {};
  const clients = Array.isArray(clientIds) ? clientIds : isNonEmpty(clientId) ? [clientId] : [];
  return {
    name,
    type,
    // What SeaweedFS made of the file: an omitted one is false.
    ...(enabled === true ? {} : { enabled: false }),
    ...rest,
    ...(type === 'oidc' && { clientIds: clients }),
    ...(bindPassword !== undefined && { bindPassword: { secret: `${String(name)}-bind-password` } }),
  };
}

function declaration(file: Json) {
  const sts = isObject(file.sts) ? file.sts : {};
  const { issuer, tokenDuration, maxSessionLength, accountId } = sts;
  const providers = [
    ...list(sts.providers),
    // In the old place `enabled` was ignored: these were on.
    ...list(file.providers).map((one): Json => ({ ...one, enabled: true })),
  ];
  return {
    sts: { issuer, signingKey: { secret: 'signing-key' }, tokenDuration, maxSessionLength, accountId },
    providers: providers.map(provider),
    policies: list(file.policies).map(({ name, document }) => ({ name, document })),
    roles: list(file.roles).map(({ roleName, trustPolicy, attachedPolicies, description, maxSessionDuration }) => ({
      name: roleName,
      trust: list(isObject(trustPolicy) ? trustPolicy.Statement : []).map(statement),
      policies: asList(attachedPolicies as string | string[] | undefined),
      description,
      maxSessionDuration,
    })),
    identities: list(file.identities).map(({ name, actions }) => ({
      name,
      credential: { secret: `identity-${String(name)}` },
      actions,
    })),
  };
}

function secretsOf(file: Json): ImportedConfig['secrets'] {
  const sts = isObject(file.sts) ? file.sts : {};
  return [
    ...(isNonEmpty(sts.signingKey) ? [{ entry: 'signing-key', from: '$.sts.signingKey' }] : []),
    ...list(sts.providers).flatMap(({ name, config }, index) =>
      isObject(config) && config.bindPassword !== undefined
        ? [{ entry: `${String(name)}-bind-password`, from: `$.sts.providers[${index}].config.bindPassword` }]
        : [],
    ),
    ...list(file.identities).flatMap(({ name, credentials }, index) =>
      list(credentials).length > 0
        ? [{ entry: `identity-${String(name)}`, from: `$.identities[${index}].credentials[0]` }]
        : [],
    ),
  ];
}

const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;

/** A value as TypeScript source, two spaces deep. */
function source(value: unknown, indent: string): string {
  if (typeof value === 'string') return quoted(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.every((item) => typeof item !== 'object'))
      return `[${value.map((item) => source(item, indent)).join(', ')}]`;
    return `[\n${value.map((item) => `${deeper}${source(item, deeper)},\n`).join('')}${indent}]`;
  }
  if (!isObject(value)) return JSON.stringify(value) ?? 'undefined';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return '{}';
  const key = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name));
  return `{\n${entries.map(([name, item]) => `${deeper}${key(name)}: ${source(item, deeper)},\n`).join('')}${indent}}`;
}

/**
 * Reads an existing iam.config and writes the construct that declares the same: the way from files kept by hand, or from
 * providers registered in code (the source document's "manual registration"), to a declared fleet. What SeaweedFS would
 * refuse or misread is in the findings, and the construct refuses it too: nothing is corrected silently.
 */
export function importIamConfig(text: string, options: ValidateOptions = {}): ImportedConfig {
  const findings = validateIamConfig(text, options);
  let file: unknown;
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    file = undefined;
  }
  if (!isObject(file)) return { typescript: '', findings, secrets: [] };
  const props = source(declaration(file), '  ');
  return {
    typescript: [
      "import { SeaweedFsFilers, SeaweedFsGatewayFleet } from 'cdktf-rustfs';",
      '',
      "new SeaweedFsGatewayFleet(this, 'seaweedfs', {",
      "  filers: SeaweedFsFilers.existing(['filer:8888']),",
      `  iam: ${props},`,
      '});',
      '',
    ].join('\n'),
    findings,
    secrets: secretsOf(file),
  };
}
