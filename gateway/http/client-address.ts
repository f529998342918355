import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { headerValues } from './exchange.js';

/** Who the client is, when proxies of one's own stand in front. */
export interface ClientResolver {
  isTrusted(address: string): boolean;
  resolve(message: IncomingMessage, peer: string, encrypted: boolean): Client;
}

export interface Client {
  readonly address: string;
  readonly protocol: 'http' | 'https';
}

/** @param trusted addresses and networks of the proxies whose forwarding headers are believed */
export function clientResolver(trusted: readonly string[]): ClientResolver {
  const list = new BlockList();
  for (const entry of trusted) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  const isTrusted = (address: string) =>
    trusted.length > 0 && isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return {
    isTrusted,
    resolve(message, peer, encrypted) {
      const own = encrypted ? 'https' : 'http';
      if (!isTrusted(peer)) return { address: peer, protocol: own };
      const claimed = headerValues(message.rawHeaders, 'x-forwarded-proto').at(-1)?.trim().toLowerCase();
      const chain = headerValues(message.rawHeaders, 'x-forwarded-for').flatMap((value) => value.split(','));
      return {
        address: lastUntrusted(chain.map(plainAddress), peer, isTrusted),
        protocol: claimed === 'https' || claimed === 'http' ? claimed : own,
      };
    },
  };
}

/** Each proxy appends whom it talked to: the last address that is none of ours is the client; what is before it, the client may have invented. */
function lastUntrusted(chain: readonly string[], peer: string, isTrusted: (address: string) => boolean): string {
  let address = peer;
  for (const hop of [...chain].reverse()) {
    if (isIP(hop) === 0) break;
    address = hop;
    if (!isTrusted(hop)) break;
  }
  return address;
}

/** An IPv4 address that a dual-stack socket shows as IPv6, as IPv4. */
export function plainAddress(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.)/i, '');
}
