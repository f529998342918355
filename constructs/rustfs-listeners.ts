import type { ServerPart } from './server-part.js';

export interface ListenerProps {
  /**
   * Listens on IPv6 too, for a network without IPv4. IPv4 clients are then `::ffff:a.b.c.d` to RustFS, and match no IPv4 condition.
   *
   * @default false
   */
  readonly ipv6?: boolean;
}

/**
 * Where RustFS listens in its container. Its own default, `:9000`, is one socket of IPv6 for both families, and an IPv4 client is
 * `::ffff:a.b.c.d` there: a condition `IpAddress` on an IPv4 network holds for nobody, and `NotIpAddress` for everybody (seen on 1.0.1).
 */
export function listeners({ ipv6 }: ListenerProps): ServerPart {
  return ipv6
    ? {
        warnings: [
          'ipv6: RustFS sees IPv4 clients as ::ffff:a.b.c.d, so conditions on aws:SourceIp have to name an IPv4 network a.b.c.d/n as ::ffff:a.b.c.d/(96 + n), one address as /128',
        ],
      }
    : { environment: { RUSTFS_ADDRESS: '0.0.0.0:9000', RUSTFS_CONSOLE_ADDRESS: '0.0.0.0:9001' } };
}
