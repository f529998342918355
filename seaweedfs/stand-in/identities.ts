import { texts } from '../policy/evaluate.js';
import { identitiesFile } from './go-json.js';

/** A static identity of `-config` or `-iam.config`. */
export interface StaticIdentity {
  readonly name: string;
  readonly actions: readonly string[];
}

export interface Identities {
  /** How many there are, those without a usable credential included: one is enough to switch authentication on. */
  readonly count: number;
  readonly byAccessKey: ReadonlyMap<string, StaticIdentity & { readonly secret: string }>;
  /** What everybody may do without signing. */
  readonly anonymous?: StaticIdentity;
}

/** Ends the start of a gateway, with its exit code. */
export class FatalStart extends Error {
  override readonly name = 'FatalStart';
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/**
 * Reads the static identities. What the file says of STS is not looked at here, so a file can be fine for this and refused
 * for that.
 * @param text `undefined` if no file was named
 * @throws FatalStart
 */
export function readIdentities(
  text: string | undefined,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Identities {
  const byAccessKey = new Map<string, StaticIdentity & { readonly secret: string }>();
  let count = 0;
  let anonymous: StaticIdentity | undefined;
  for (const { name, credentials, actions } of text === undefined ? [] : parse(text)) {
    const identity = { name: name ?? '', actions: texts(actions ?? []) };
    count += 1;
    if (identity.name === 'anonymous') anonymous = identity;
    for (const { accessKey, secretKey } of credentials ?? []) {
      const key = expand(accessKey ?? '', env);
      const secret = expand(secretKey ?? '', env);
      if (!key || !secret) {
        log(`W identity ${name}: dropping credential ${accessKey}, it references an unset environment variable`);
        continue;
      }
      const owner = byAccessKey.get(key);
      if (owner) {
        throw new FatalStart(
          `F fail to load config file: duplicate accessKey[${key}], already configured in user[${owner.name}]`,
          255,
        );
      }
      byAccessKey.set(key, { ...identity, secret });
    }
  }
  if (count === 0 && text !== undefined) {
    log('W S3 config file specified but no identities loaded - authentication disabled');
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = env;
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY && !byAccessKey.has(AWS_ACCESS_KEY_ID)) {
    byAccessKey.set(AWS_ACCESS_KEY_ID, { name: 'admin-env', actions: ['Admin'], secret: AWS_SECRET_ACCESS_KEY });
    count += 1;
  }
  return { count, byAccessKey, ...(anonymous && { anonymous }) };
}

function parse(text: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FatalStart('F fail to load config file: unmarshal error: proto: syntax error', 255);
  }
  const parsed = identitiesFile.safeParse(value);
  if (!parsed.success) throw new FatalStart('F fail to load config file: unmarshal error: proto: syntax error', 255);
  return parsed.data.identities ?? [];
}

/** `${VAR}` in a credential; `undefined` when the variable is unset. */
function expand(text: string, env: NodeJS.ProcessEnv): string | undefined {
  const name = /^\$\{(\w+)\}$/.exec(text)?.[1];
  return name === undefined ? text : env[name];
}

const NEEDS: Readonly<Record<string, string>> = {
  's3:GetObject': 'Read',
  's3:PutObject': 'Write',
  's3:DeleteObject': 'Write',
  's3:ListBucket': 'List',
};

/** Whether an identity's actions (`Admin`, `Read:bucket/prefix`, …) cover an S3 action. */
export function identityMay(identity: StaticIdentity, action: string, bucket: string, key: string): boolean {
  return identity.actions.some((granted) => {
    if (granted === 'Admin') return true;
    const [verb, place] = granted.split(/:(.*)/s);
    if (verb !== NEEDS[action]) return false;
    if (place === undefined || place === bucket) return true;
    const prefix = place.endsWith('*') ? place.slice(0, -1) : `${place.replace(/\/$/, '')}/`;
    return `${bucket}/${key}`.startsWith(prefix);
  });
}
