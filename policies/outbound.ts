import { BlockList, isIP } from 'node:net';

/** Why RustFS 1.0.1 does not connect to an address. */
export interface OutboundObstacle {
  /** In RustFS' words. */
  readonly reason: string;
  /** RUSTFS_OUTBOUND_ALLOW_ORIGINS lifts it. Link-local addresses, cloud metadata and `0.0.0.0` are never reached. */
  readonly canBeAllowed: boolean;
}

type Subnet = readonly [network: string, bits: number, family?: 'ipv6'];

const blocks = (...subnets: readonly Subnet[]) => {
  const list = new BlockList();
  for (const [network, bits, family = 'ipv4'] of subnets) list.addSubnet(network, bits, family);
  return list;
};

/** In the order in which they are looked at (source: utils/egress.rs of 1.0.1). */
const RANGES: readonly (OutboundObstacle & { readonly list: BlockList })[] = [
  { reason: 'metadata endpoint', canBeAllowed: false, list: blocks(['169.254.169.254', 32]) },
  { reason: 'loopback address', canBeAllowed: true, list: blocks(['127.0.0.0', 8], ['::1', 128, 'ipv6']) },
  { reason: 'unspecified address', canBeAllowed: false, list: blocks(['0.0.0.0', 32], ['::', 128, 'ipv6']) },
  { reason: 'link-local address', canBeAllowed: false, list: blocks(['169.254.0.0', 16], ['fe80::', 10, 'ipv6']) },
  {
    reason: 'private address',
    canBeAllowed: true,
    list: blocks(['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['fc00::', 7, 'ipv6']),
  },
  { reason: 'shared address', canBeAllowed: true, list: blocks(['100.64.0.0', 10]) },
  {
    reason: 'reserved address',
    canBeAllowed: true,
    list: blocks(['0.0.0.0', 8], ['198.18.0.0', 15], ['224.0.0.0', 3]),
  },
];

const bare = (host: string) => host.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/** Why an IP address is not connected to; undefined for a public one. */
export function addressObstacle(address: string): OutboundObstacle | undefined {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const found = RANGES.find(({ list }) => list.check(address, family));
  return found && { reason: found.reason, canBeAllowed: found.canBeAllowed };
}

/** The same for the host of a URL as it is written; undefined for names, which are only looked at once they are resolved. */
export function hostObstacle(host: string): OutboundObstacle | undefined {
  const name = bare(host);
  if (name.toLowerCase() === 'localhost') return { reason: 'loopback host', canBeAllowed: true };
  return isIP(name) === 0 ? undefined : addressObstacle(name);
}

/**
 * The same for what no allow list is asked for: Keystone, and tiers (source: keystone/config.rs, ecstore
 * tier/warm_backend_s3.rs of 1.0.1). Names pass.
 */
export function literalObstacle(host: string): OutboundObstacle | undefined {
  const found = hostObstacle(host);
  return found?.reason === 'shared address' || found?.reason === 'reserved address' ? undefined : found;
}

/** Whether the host of a URL, or an address to bind to, is one that leads nowhere but to the own machine. */
export function isLoopback(host: string): boolean {
  const name = bare(host).toLowerCase();
  if (isIP(name) === 0) return /(^|\.)localhost$/.test(name);
  return addressObstacle(name)?.reason === 'loopback address';
}

/** Reads RUSTFS_OUTBOUND_ALLOW_ORIGINS; undefined where one item voids the whole list (source: utils/egress.rs). */
export function parseAllowedOrigins(text: string): ReadonlySet<string> | undefined {
  const items = text.trim() === '' ? [] : text.split(',').map((item) => item.trim());
  const origins = items.map((item) => {
    const url = URL.canParse(item) ? new URL(item) : undefined;
    const isOrigin =
      url !== undefined &&
      /^https?:$/.test(url.protocol) &&
      [url.pathname, url.search, url.hash, url.username, url.password].join('') === '/';
    return isOrigin ? url.origin : undefined;
  });
  return origins.includes(undefined) ? undefined : new Set(origins as string[]);
}
