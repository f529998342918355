import { isAbsolute } from 'node:path';
import type { Construct } from 'constructs';
import { hostObstacle, type RustFsVersion, ruleValue } from '../policies/index.js';
import { pathFromModule } from './provisioning-step.js';

/** What one feature adds to a RustFS container. */
export interface ServerPart {
  readonly environment?: Readonly<Record<string, string>>;
  /** Files of the project that RustFS reads, copied into the container by path. */
  readonly files?: readonly ServerFile[];
  /** Variables that RustFS knows no file for, although they are secret: the container reads them from files before it starts RustFS. */
  readonly secretVariables?: readonly (ServerFile & { readonly variable: string })[];
  /** Shell commands of RustFS' user, before RustFS starts. */
  readonly prepare?: readonly string[];
  /** Volumes of the feature's own, prepared for RustFS' user. Features that name the same one share it. */
  readonly volumes?: readonly ServerVolume[];
  /** `scheme://host[:port]` of what RustFS connects to for the feature. */
  readonly outboundOrigins?: readonly string[];
  /** What synthesis says about it. */
  readonly warnings?: readonly string[];
}

export interface ServerVolume {
  /** Last part of the volume's name. */
  readonly name: string;
  /** In the container. */
  readonly path: string;
}

export interface ServerFile {
  /** How errors call it, such as `clientSecretFile of OIDC provider keycloak`. */
  readonly what: string;
  /** Relative to the project directory. */
  readonly projectPath: string;
  /** In the container. */
  readonly path: string;
  /** A new container when its content changes. The file has to be there when Terraform plans. @default false */
  readonly replaceOnChange?: boolean;
}

export interface CombinedParts {
  readonly environment: Readonly<Record<string, string>>;
  readonly uploads: readonly { readonly file: string; readonly source: string; readonly sourceHash?: string }[];
  readonly volumes: readonly ServerVolume[];
  /** Absent: the image's own. */
  readonly entrypoint?: string[];
  readonly warnings: readonly string[];
}

/** No list lifts what RustFS keeps from link-local and metadata addresses (source: utils/egress.rs of 1.0.1). */
function checkOrigin(origin: string): void {
  const obstacle = hostObstacle(new URL(origin).hostname);
  if (obstacle === undefined || obstacle.canBeAllowed) return;
  throw new Error(
    `RustFS 1.0.1 never connects to ${origin} (${obstacle.reason}), also when its origin is allowed: use another address`,
  );
}

/**
 * All parts together. On 1.0.1 every origin is listed as allowed, also public ones: names of a Docker network resolve to
 * private addresses, which RustFS refuses otherwise (reference: RUSTFS_OUTBOUND_ALLOW_ORIGINS).
 *
 * @throws Error for a file with an absolute path, an origin that RustFS never connects to, or a variable that two parts want
 * to be different
 */
export function combineParts(scope: Construct, version: RustFsVersion, parts: readonly ServerPart[]): CombinedParts {
  const environment = new Map<string, string>();
  const origins = new Set(parts.flatMap(({ outboundOrigins = [] }) => outboundOrigins));
  const checked = ruleValue('outbound-private', version);
  if (checked) for (const origin of origins) checkOrigin(origin);
  const allowed = checked && origins.size > 0 ? [...origins].join(',') : undefined;
  const derived: ServerPart = allowed === undefined ? {} : { environment: { RUSTFS_OUTBOUND_ALLOW_ORIGINS: allowed } };
  for (const [variable, value] of [...parts, derived].flatMap(({ environment = {} }) => Object.entries(environment))) {
    const other = environment.get(variable);
    if (other !== undefined && other !== value)
      throw new Error(`${variable} would have to be both "${other}" and "${value}": set it in one place`);
    environment.set(variable, value);
  }
  const secrets = parts.flatMap(({ secretVariables = [] }) => secretVariables);
  const upload = ({ what, projectPath, path, replaceOnChange }: ServerFile) => {
    if (isAbsolute(projectPath))
      throw new Error(`invalid ${what} (value: ${projectPath}): expected a path relative to the project directory`);
    const source = pathFromModule(scope, projectPath);
    return { file: path, source, ...(replaceOnChange ? { sourceHash: `\${filesha256("${source}")}` } : {}) };
  };
  const exports = secrets.map(({ variable, path }) => `export ${variable}="$(cat ${path})" &&`);
  const commands = parts.flatMap(({ prepare = [] }) => prepare);
  const script = [...commands.map((command) => `${command} &&`), ...exports, 'exec /entrypoint.sh "$@"'].join(' ');
  return {
    environment: Object.fromEntries(environment),
    uploads: [...parts.flatMap(({ files = [] }) => files), ...secrets].map(upload),
    volumes: [...new Map(parts.flatMap(({ volumes = [] }) => volumes).map((volume) => [volume.name, volume])).values()],
    // An environment declared here would be in Terraform's state.
    ...(secrets.length + commands.length > 0 ? { entrypoint: ['/bin/sh', '-c', script, 'entrypoint'] } : {}),
    warnings: parts.flatMap(({ warnings = [] }) => warnings),
  };
}
