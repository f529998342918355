import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Statement } from '../policy/evaluate.js';
import { type IamFile, iamFile, type ProviderEntry } from './go-json.js';
import { FatalStart, type Identities, readIdentities } from './identities.js';

/** What a gateway is started with. */
export interface StartInput {
  /** Content of the file that `-iam.config` names; `null` if it cannot be read, `undefined` without the flag. */
  readonly iamConfig?: string | null;
  /** The same for `-config`. */
  readonly config?: string | null;
  /** @default - none */
  readonly env?: NodeJS.ProcessEnv;
  /** `jwt.filer_signing.key` of security.toml or the SSE-S3 key of the filer. @default - none */
  readonly fallbackSigningKey?: string;
}

export interface OidcProvider {
  readonly name: string;
  readonly issuer: string;
  readonly clientIds: readonly string[];
  readonly jwksUri?: string;
}

export interface Role {
  readonly name: string;
  /** `undefined`: nobody may assume it. */
  readonly trust?: readonly Statement[];
  readonly policies: readonly string[];
}

/** A loaded IAM configuration: STS is on. */
export interface Iam {
  readonly issuer: string;
  readonly signingKey: Buffer;
  readonly accountId: string;
  /** Milliseconds. */
  readonly tokenDuration: number;
  readonly maxSessionLength: number;
  /** In the order of the file; of two with one name the last. */
  readonly providers: readonly OidcProvider[];
  readonly roles: ReadonlyMap<string, Role>;
  readonly policies: ReadonlyMap<string, readonly Statement[]>;
  /** Policies go to the filer, and stay there. */
  readonly storesOnFiler: boolean;
}

export interface Gateway {
  readonly identities: Identities;
  /** Absent when the IAM configuration was refused: the gateway serves all the same. */
  readonly iam?: Iam;
  readonly log: readonly string[];
}

/** Refuses the IAM configuration; the gateway goes on without. */
class Refused extends Error {
  override readonly name = 'Refused';
}

/**
 * Starts a gateway the way `weed s3` 4.44 does: a file that is no JSON ends it, a file that is wrong in any other way is only
 * logged. Recorded: `start.*`.
 * @throws FatalStart
 */
export function loadGateway({ iamConfig, config, env = {}, fallbackSigningKey }: StartInput): Gateway {
  const log: string[] = [];
  const identitiesText = config === undefined ? iamConfig : config;
  if (identitiesText === null) throw new FatalStart('F fail to load config file: no such file or directory', 255);
  const identities = readIdentities(identitiesText, env, (line) => log.push(line));
  try {
    return { identities, iam: loadIam(iamConfig, fallbackSigningKey, log), log };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    log.push(`E Failed to load IAM configuration: ${error.message}`);
    return { identities, log };
  }
}

const DEFAULT_TOKEN_DURATION = 3600_000;
const DEFAULT_MAX_SESSION_LENGTH = 12 * 3600_000;
const SHORTEST_KEY = 16;

function loadIam(text: string | null | undefined, fallbackSigningKey: string | undefined, log: string[]): Iam {
  const { sts, providers, policy, policies, roles } = parse(text);
  const given = sts?.signingKey?.length ? sts.signingKey : undefined;
  const signingKey = given ?? (fallbackSigningKey === undefined ? undefined : Buffer.from(fallbackSigningKey));
  if (signingKey === undefined) throw new Refused('no signing key found for STS service');
  if (signingKey.length < SHORTEST_KEY) throw new Refused('invalid STS configuration: signing key too short');
  checkChoice('default effect', policy?.defaultEffect, ['Allow', 'Deny']);
  checkChoice('policy store type', policy?.storeType, ['memory', 'filer', 'cached-filer']);
  const enabled = (sts?.providers ?? []).filter((entry) => entry.enabled === true).flatMap((entry) => create(entry));
  const legacy = (providers ?? []).flatMap((entry) => {
    try {
      return create(entry);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      log.push(`W Failed to create provider ${entry.name}: ${error.message}`);
      return [];
    }
  });
  return {
    issuer: sts?.issuer || 'seaweedfs-sts',
    signingKey,
    accountId: sts?.accountId || '000000000000',
    tokenDuration: positive(sts?.tokenDuration, DEFAULT_TOKEN_DURATION),
    maxSessionLength: positive(sts?.maxSessionLength, DEFAULT_MAX_SESSION_LENGTH),
    providers: [...new Map([...enabled, ...legacy].map((provider) => [provider.name, provider])).values()],
    roles: loadRoles(roles ?? [], log),
    policies: loadPolicies(policies ?? [], log),
    storesOnFiler: policy?.storeType === 'filer' || policy?.storeType === 'cached-filer',
  };
}

function parse(text: string | null | undefined): IamFile {
  if (text === undefined) return {};
  if (text === null) throw new Refused('failed to read config file: no such file or directory');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refused(`failed to parse config: ${(error as Error).message}`);
  }
  const parsed = iamFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refused(`failed to parse config: ${issue?.path.join('.')}: ${issue?.message}`);
}

function positive(milliseconds: number | null | undefined, fallback: number): number {
  return milliseconds && milliseconds > 0 ? milliseconds : fallback;
}

function checkChoice(what: string, value: string | null | undefined, allowed: readonly string[]): void {
  if (value && !allowed.includes(value)) throw new Refused(`invalid ${what}: ${value}`);
}

/** Nothing for an LDAP provider: LDAP is not modelled, and STS answers as if there were none. */
function create({ name, type, config }: ProviderEntry): OidcProvider[] {
  if (!name) throw new Refused('provider name cannot be empty');
  if (!type) throw new Refused('provider type cannot be empty');
  if (type === 'saml') throw new Refused('SAML provider not implemented yet');
  if (type === 'ldap') return [];
  if (type !== 'oidc') throw new Refused(`unsupported provider type: ${type}`);
  const { issuer, clientId, clientIds, jwksUri, tlsCaCert } = config ?? {};
  if (typeof issuer !== 'string' || issuer === '') throw new Refused('issuer is required');
  const clients = [clientId, ...(Array.isArray(clientIds) ? clientIds : [])].filter(
    (client): client is string => typeof client === 'string' && client !== '',
  );
  if (clients.length === 0) throw new Refused('clientId is required for OIDC provider');
  if (issuer.length < 4) {
    throw new FatalStart(`panic: runtime error: slice bounds out of range [:4] with length ${issuer.length}`, 2);
  }
  if (!issuer.startsWith('http')) throw new Refused('invalid issuer URL format');
  if (typeof tlsCaCert === 'string' && tlsCaCert !== '') checkCertificate(tlsCaCert);
  return [{ name, issuer, clientIds: clients, ...(typeof jwksUri === 'string' && jwksUri !== '' && { jwksUri }) }];
}

function checkCertificate(file: string): void {
  if (!isAbsolute(file)) throw new Refused(`TLSCACert must be an absolute path, got: ${file}`);
  try {
    readFileSync(file);
  } catch {
    throw new Refused(`failed to read CA cert file: open ${file}: no such file or directory`);
  }
}

const TRUST_ACTIONS = ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithCredentials'];

/** A role that is wrong is left out, the others are loaded. */
function loadRoles(entries: NonNullable<IamFile['roles']>, log: string[]): Map<string, Role> {
  const roles = new Map<string, Role>();
  for (const { roleName, trustPolicy, attachedPolicies, maxSessionDuration } of entries) {
    const trust = trustPolicy?.Statement ?? undefined;
    const actions = (trust ?? []).flatMap(({ Action }) => (Array.isArray(Action) ? Action : [Action]));
    const foreign = actions.find((action) => !TRUST_ACTIONS.includes(action));
    const problem = !roleName
      ? 'role name is required'
      : trustPolicy && !trustPolicy.Version
        ? 'invalid trust policy: version is required'
        : foreign !== undefined
          ? `invalid trust policy: invalid action for trust policy: ${foreign}`
          : maxSessionDuration && (maxSessionDuration < 3600 || maxSessionDuration > 43200)
            ? `MaxSessionDuration must be between 3600 and 43200 seconds, got ${maxSessionDuration}`
            : undefined;
    if (problem !== undefined) log.push(`W Failed to create role ${roleName}: ${problem}`);
    else if (roleName)
      roles.set(roleName, { name: roleName, ...(trust && { trust }), policies: attachedPolicies ?? [] });
  }
  return roles;
}

function loadPolicies(entries: NonNullable<IamFile['policies']>, log: string[]): Map<string, readonly Statement[]> {
  const policies = new Map<string, readonly Statement[]>();
  for (const { name, document } of entries) {
    if (!name) continue;
    if (document?.Version) policies.set(name, document.Statement ?? []);
    else log.push(`W Failed to create policy ${name}: invalid policy document: version is required`);
  }
  return policies;
}
