import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { anchoredKeystone } from '../keystone/config.js';
import { type DynamicConfig, dynamicConfigSchema } from './dynamic.js';
import { GatewayConfigError } from './error.js';
import { type StaticConfig, staticConfigSchema } from './static.js';

/** Static configuration from a YAML or JSON file; relative paths in it start at the file's directory. @throws GatewayConfigError */
export function loadStaticConfig(path: string): StaticConfig {
  return anchored(parseConfig(staticConfigSchema, readConfig(path), path), dirname(resolve(path)));
}

/** @throws GatewayConfigError */
export function loadDynamicConfig(path: string): DynamicConfig {
  return parseDynamicConfig(readConfig(path), path);
}

/** @param source what to call the text in an error @throws GatewayConfigError */
export function parseDynamicConfig(text: string, source: string): DynamicConfig {
  return parseConfig(dynamicConfigSchema, text, source);
}

/** Content of a secret file without the line end that editors add. @throws GatewayConfigError */
export function readSecretFile(path: string, setting: string): string {
  const secret = readConfig(path, setting).replace(/\r?\n$/, '');
  if (secret === '' || /[\r\n]/.test(secret))
    throw new GatewayConfigError(`${setting}: ${path} must hold one line, the secret`);
  return secret;
}

function readConfig(path: string, setting?: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new GatewayConfigError(`${setting === undefined ? '' : `${setting}: `}cannot read ${path} (${reason})`);
  }
}

export function parseConfig<T>(schema: z.ZodType<T>, text: string, source: string): T {
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    throw new GatewayConfigError(`${source} is neither YAML nor JSON: ${(cause as Error).message.split('\n')[0]}`);
  }
  const parsed = schema.safeParse(document ?? {});
  if (!parsed.success)
    throw new GatewayConfigError(`${source} is not a valid configuration:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function anchored(config: StaticConfig, base: string): StaticConfig {
  const at = (path: string) => resolve(base, path);
  const maybe = <K extends string>(key: K, path: string | undefined) => (path === undefined ? {} : { [key]: at(path) });
  const { tls_identity: tls, decoy, s3, webhook, oidc, managed_credentials: managed } = config;
  return {
    ...config,
    ...maybe('dynamic_config', config.dynamic_config),
    ...maybe('log_file', config.log_file),
    tls_identity: tls.type === 'x509' ? { ...tls, cert_file: at(tls.cert_file), key_file: at(tls.key_file) } : tls,
    decoy: decoy.type === 'static_site' ? { ...decoy, root: at(decoy.root) } : decoy,
    s3: {
      ...s3,
      ...maybe('upstream_ca_file', s3.upstream_ca_file),
      ...(s3.prefix && {
        prefix: {
          ...s3.prefix,
          credential: {
            access_key_file: at(s3.prefix.credential.access_key_file),
            secret_key_file: at(s3.prefix.credential.secret_key_file),
          },
        },
      }),
    },
    ...(config.keystone && { keystone: anchoredKeystone(config.keystone, at) }),
    ...(webhook && {
      webhook: {
        ...webhook,
        auth_token_file: at(webhook.auth_token_file),
        events_file: at(webhook.events_file),
      },
    }),
    ...(managed && {
      managed_credentials: {
        ...managed,
        users: Object.fromEntries(
          Object.entries(managed.users).map(([id, one]) => [id, { ...one, secret_key_file: at(one.secret_key_file) }]),
        ),
      },
    }),
    ...(oidc && {
      oidc: {
        ...oidc,
        ...maybe('state_dir', oidc.state_dir),
        ...maybe('keys_file', oidc.keys_file),
        clients: oidc.clients.map((client) => ({
          ...client,
          ...maybe('client_secret_file', client.client_secret_file),
        })),
      },
    }),
  };
}
