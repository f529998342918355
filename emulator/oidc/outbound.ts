import { lookup } from 'node:dns/promises';
import { addressObstacle, hostObstacle } from '../../policies/index.js';

/**
 * Why 1.0.1 does not ask a URL: its host is, or resolves to, an address that it does not connect to, or only if the origin is
 * allowed (source: utils/egress.rs; the words of a literal address are recorded: 13-oidc validate).
 */
export async function outboundProblem(url: URL, allowOrigins: readonly string[]): Promise<string | undefined> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = await lookup(host, { all: true }).catch(() => []);
  const obstacles = [hostObstacle(host), ...addresses.map(({ address }) => addressObstacle(address))];
  const allowed = allowOrigins.includes(url.origin);
  const found = obstacles.find((obstacle) => obstacle && !(allowed && obstacle.canBeAllowed));
  return found && `outbound URL host '${host}' is not allowed: ${found.reason}`;
}
