import { BlockList, isIP } from 'node:net';

export interface Cidr {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Parses an address or CIDR block; RustFS appends `/32` to a bare address (source: rustfs-policy `addr.rs`). */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', suffix = '32', ...rest] = text.split('/');
  const version = isIP(address);
  const prefix = Number(suffix);
  if (version === 0 || rest.length > 0 || !/^\d+$/.test(suffix) || prefix > (version === 4 ? 32 : 128))
    return undefined;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** A test for membership in any of the blocks; undefined for text that is no address. */
export function compileCidrs(blocks: readonly Cidr[]): (address: string) => boolean | undefined {
  const list = new BlockList();
  for (const { address, prefix, family } of blocks) list.addSubnet(address, prefix, family);
  return (address) => {
    const version = isIP(address);
    return version === 0 ? undefined : list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}
