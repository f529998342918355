import { createHash } from 'node:crypto';
import type {
  FleetIamConfig,
  IdentityConfig,
  ProviderConfig,
  RoleConfig,
  SecretPlaceholder,
  TrustStatement,
} from './model.js';

/** The account of every user ARN of SeaweedFS, whatever `accountId` says (reference: corrections). */
export const ACCOUNT = '000000000000';

const oneOrList = (names: string | readonly string[]) => (typeof names === 'string' ? names : [...names]);
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;

/** The ARN that a caller asks for. */
export const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;

const placeholder = (secret: string, field: SecretPlaceholder['field']): SecretPlaceholder => ({
  $secret: secret,
  field,
});

function provider({ name, type, enabled = true, ...config }: ProviderConfig) {
  if (type === 'ldap' && 'bindPassword' in config) {
    const { bindPassword, useTLS = true, ...rest } = config as { bindPassword?: { secret: string }; useTLS?: boolean };
    return {
      name,
      type,
      enabled,
      config: {
        ...rest,
        useTLS,
        ...(bindPassword && { bindPassword: placeholder(bindPassword.secret, 'secretAccessKey') }),
      },
    };
  }
  return { name, type, enabled, config: type === 'ldap' ? { useTLS: true, ...config } : config };
}

/** The actions that a principal of this kind needs. */
export function trustActions({ principal, actions }: TrustStatement): readonly string[] {
  return actions ?? ['provider' in principal ? 'sts:AssumeRoleWithWebIdentity' : 'sts:AssumeRole'];
}

function trustStatement(statement: TrustStatement) {
  const { effect = 'Allow', principal, conditions } = statement;
  return {
    Effect: effect,
    Principal:
      'provider' in principal
        ? { Federated: oneOrList(principal.provider) }
        : {
            AWS: typeof principal.identity === 'string' ? userArn(principal.identity) : principal.identity.map(userArn),
          },
    Action: [...trustActions(statement)],
    ...(conditions && { Condition: conditions }),
  };
}

function role({ name, trust, policies, description, maxSessionDuration }: RoleConfig) {
  return {
    roleName: name,
    trustPolicy: { Version: '2012-10-17', Statement: trust.map(trustStatement) },
    attachedPolicies: [...policies],
    ...(description !== undefined && { description }),
    ...(maxSessionDuration !== undefined && { maxSessionDuration }),
  };
}

/** Entry of the secret store with an identity's keys. */
export const identitySecret = (fleet: string, { name, credential }: IdentityConfig) =>
  credential?.secret ?? `${fleet}-${name}`;

/** Entry of the secret store with the signing key. */
export const signingKeySecret = (fleet: string, { sts }: FleetIamConfig) =>
  sts.signingKey?.secret ?? `${fleet}-signing-key`;

function identity(fleet: string, config: IdentityConfig) {
  const secret = identitySecret(fleet, config);
  return {
    name: config.name,
    credentials: [{ accessKey: placeholder(secret, 'accessKeyId'), secretKey: placeholder(secret, 'secretAccessKey') }],
    actions: [...config.actions],
  };
}

const byName = <T extends { readonly name: string }>(items: readonly T[] = []): readonly T[] =>
  [...items].sort((a, b) => (a.name < b.name ? -1 : 1));

/** One iam.config with placeholders where secrets go. Everything is named, so the order of declaration means nothing. */
export function iamTemplate(fleet: string, config: FleetIamConfig): object {
  const { issuer, tokenDuration = '1h', maxSessionLength = '12h', accountId } = config.sts;
  return {
    sts: {
      issuer,
      signingKey: placeholder(signingKeySecret(fleet, config), 'secretAccessKey'),
      tokenDuration,
      maxSessionLength,
      ...(accountId !== undefined && { accountId }),
      providers: byName(config.providers).map(provider),
    },
    policy: { defaultEffect: 'Deny', storeType: 'memory' },
    policies: byName(config.policies).map(({ name, document }) => ({ name, document })),
    roles: byName(config.roles).map(role),
    identities: byName(config.identities).map((one) => identity(fleet, one)),
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}

/** JSON with sorted keys: equal configurations give equal text. */
export function stableJson(value: unknown): string {
  return `${JSON.stringify(sorted(value), null, 2)}\n`;
}

/** SHA-256 in hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
