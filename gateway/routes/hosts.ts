import type { StaticConfig } from '../config/static.js';
import type { Host } from '../http/exchange.js';

/** The S3 virtual host that a request is for. */
export interface VirtualHost {
  /** Bucket in front of the host name, if any. */
  readonly bucket: string | undefined;
}

export function virtualHost({ s3 }: Pick<StaticConfig, 's3'>, { name }: Host): VirtualHost | undefined {
  for (const host of s3.virtual_hosts) {
    if (name === host) return { bucket: undefined };
    if (s3.bucket_subdomains && name.endsWith(`.${host}`)) return { bucket: name.slice(0, -host.length - 1) };
  }
  return undefined;
}

/** Is this a host of the gateway's own routes? */
export function isOwnHost(config: Pick<StaticConfig, 's3' | 'server_names'>, host: Host): boolean {
  if (virtualHost(config, host) !== undefined) return false;
  return config.server_names.length === 0 || config.server_names.includes(host.name);
}
