import { isAbsolute } from 'node:path';
import type { Construct } from 'constructs';
import type { RustFsVersion } from '../policies/index.js';
import { pathFromModule } from './provisioning-step.js';

/** What one feature adds to a RustFS container. */
export interface ServerPart {
  readonly environment?: Readonly<Record<string, string>>;
  /** Files of the project that RustFS reads, copied into the container by path. */
  readonly files?: readonly ServerFile[];
  /** Variables that RustFS knows no file for, although they are secret: the container reads them from files before it starts RustFS. */
  readonly secretVariables?: readonly (ServerFile & { readonly variable: string })[];
  /** Directories of RustFS that outlive the container, each on a volume of its own. */
  readonly volumes?: readonly ServerVolume[];
  /** `scheme://host[:port]` of what RustFS connects to for the feature. */
  readonly outboundOrigins?: readonly string[];
  /** What synthesis says about it. */
  readonly warnings?: readonly string[];
}

export interface ServerVolume {
  /** Appended to the name of the container. */
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
}

export interface CombinedParts {
  readonly environment: Readonly<Record<string, string>>;
  readonly uploads: readonly { readonly file: string; readonly source: string }[];
  readonly volumes: readonly ServerVolume[];
  /** Absent: the image's own. */
  readonly entrypoint?: string[];
  readonly warnings: readonly string[];
}

/**
 * All parts together. On 1.0.1 every origin is listed as allowed, also public ones: names of a Docker network resolve to
 * private addresses, which RustFS refuses otherwise (reference: RUSTFS_OUTBOUND_ALLOW_ORIGINS).
 *
 * @throws Error for a file with an absolute path, or a variable that two parts want to be different
 */
export function combineParts(scope: Construct, version: RustFsVersion, parts: readonly ServerPart[]): CombinedParts {
  const environment = new Map<string, string>();
  const origins = new Set(parts.flatMap(({ outboundOrigins = [] }) => outboundOrigins));
  const allowed = version === '1.0.1' && origins.size > 0 ? [...origins].join(',') : undefined;
  const derived: ServerPart = allowed === undefined ? {} : { environment: { RUSTFS_OUTBOUND_ALLOW_ORIGINS: allowed } };
  for (const [variable, value] of [...parts, derived].flatMap(({ environment = {} }) => Object.entries(environment))) {
    const other = environment.get(variable);
    if (other !== undefined && other !== value)
      throw new Error(`${variable} would have to be both "${other}" and "${value}": set it in one place`);
    environment.set(variable, value);
  }
  const secrets = parts.flatMap(({ secretVariables = [] }) => secretVariables);
  const upload = ({ what, projectPath, path }: ServerFile) => {
    if (isAbsolute(projectPath))
      throw new Error(`invalid ${what} (value: ${projectPath}): expected a path relative to the project directory`);
    return { file: path, source: pathFromModule(scope, projectPath) };
  };
  const exports = secrets.map(({ variable, path }) => `export ${variable}="$(cat ${path})" &&`);
  const script = [...exports, 'exec /entrypoint.sh "$@"'].join(' ');
  return {
    environment: Object.fromEntries(environment),
    uploads: [...parts.flatMap(({ files = [] }) => files), ...secrets].map(upload),
    volumes: parts.flatMap(({ volumes = [] }) => volumes),
    // An environment declared here would be in Terraform's state.
    ...(secrets.length > 0 ? { entrypoint: ['/bin/sh', '-c', script, 'entrypoint'] } : {}),
    warnings: parts.flatMap(({ warnings = [] }) => warnings),
  };
}
