import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');

function kindOf(address: string): string | undefined {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (LOOPBACK.check(address, family)) return 'loopback address';
  return PRIVATE.check(address, family) ? 'private address' : undefined;
}

/**
 * Why 1.0.1 does not ask a URL: its host is, or resolves to, a loopback or private address whose origin is not allowed (source:
 * utils/egress.rs; the words of a literal address are recorded: 13-oidc validate).
 */
export async function outboundProblem(url: URL, allowOrigins: readonly string[]): Promise<string | undefined> {
  if (allowOrigins.includes(url.origin)) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [{ address: host }] : await lookup(host, { all: true }).catch(() => []);
  const kind = addresses.map(({ address }) => kindOf(address)).find((found) => found !== undefined);
  return kind && `outbound URL host '${host}' is not allowed: ${kind}`;
}
