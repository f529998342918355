import { isIP } from 'node:net';
import { parseCidr } from '../ip.js';

const BITS = 128n;
const LAST = (1n << BITS) - 1n;
/** ::ffff:0:0/96, where IPv4 addresses are found again as IPv6 addresses. */
const MAPPED = 0xffffn << 32n;

function addressNumber(address: string): bigint {
  if (isIP(address) === 4) {
    return MAPPED + address.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
  }
  const [head = '', tail] = address.split('::');
  const groups = (text: string) =>
    text === ''
      ? []
      : text.split(':').flatMap((part) => {
          if (!part.includes('.')) return [BigInt(`0x${part}`)];
          const mapped = addressNumber(part) & 0xffffffffn;
          return [mapped >> 16n, mapped & 0xffffn];
        });
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  const all = tail === undefined ? first : [...first, ...Array(8 - first.length - last.length).fill(0n), ...last];
  return all.reduce((sum: bigint, group: bigint) => (sum << 16n) + group, 0n);
}

function asIPv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
}

function asIPv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn);
  return groups.map((group) => group.toString(16)).join(':');
}

/** Addresses from every interval into which the blocks divide IPv4 and IPv6, and a text that is no address. */
export function addressBoundaries(blocks: readonly string[]): readonly string[] {
  const points = new Set<bigint>([0n, LAST, MAPPED, MAPPED + 0xffffffffn]);
  for (const block of blocks) {
    const cidr = parseCidr(block);
    if (cidr === undefined) continue;
    const length = BigInt(cidr.family === 'ipv4' ? cidr.prefix + 96 : cidr.prefix);
    const size = 1n << (BITS - length);
    const first = (addressNumber(cidr.address) / size) * size;
    for (const point of [first - 1n, first, first + size - 1n, first + size]) {
      if (point >= 0n && point <= LAST) points.add(point);
    }
  }
  const texts = [...points].flatMap((point) =>
    point >> 32n === 0xffffn ? [asIPv4(point), asIPv6(point)] : [asIPv6(point)],
  );
  return ['192.0.2.1', ...texts, 'x'];
}
