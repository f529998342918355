import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ChecksumAlgorithm } from './model.js';

/** A checksum in the making. */
export interface Checksum {
  update(data: Uint8Array): void;
  /** Base64 of the checksum's bytes. */
  digest(): string;
}

/** Header (and trailer) that carries a checksum. */
export const CHECKSUM_HEADERS = {
  CRC32: 'x-amz-checksum-crc32',
  CRC32C: 'x-amz-checksum-crc32c',
  CRC64NVME: 'x-amz-checksum-crc64nvme',
  MD5: 'x-amz-checksum-md5',
  SHA1: 'x-amz-checksum-sha1',
  SHA256: 'x-amz-checksum-sha256',
  SHA512: 'x-amz-checksum-sha512',
} as const satisfies Record<ChecksumAlgorithm, string>;

export const CHECKSUM_ALGORITHMS = Object.keys(CHECKSUM_HEADERS) as ChecksumAlgorithm[];

export function startChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case 'MD5':
    case 'SHA1':
    case 'SHA256':
    case 'SHA512': {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (data) => void hash.update(data), digest: () => hash.digest('base64') };
    }
    case 'CRC32': {
      let value = 0;
      return {
        update: (data) => {
          value = crc32(data, value);
        },
        digest: () => word(value).toString('base64'),
      };
    }
    case 'CRC32C':
      return crc32c();
    case 'CRC64NVME':
      return crc64nvme();
  }
}

/** Checksum of one piece of data. */
export function checksumOf(algorithm: ChecksumAlgorithm, data: Uint8Array): string {
  const checksum = startChecksum(algorithm);
  checksum.update(data);
  return checksum.digest();
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

const CASTAGNOLI = 0x82f63b78;
let castagnoliTable: Uint32Array | undefined;

function crc32c(): Checksum {
  castagnoliTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ CASTAGNOLI : value >>> 1;
    return value >>> 0;
  });
  const table = castagnoliTable;
  let value = 0xffffffff;
  return {
    update: (data) => {
      for (const byte of data) value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
    },
    digest: () => word(value ^ 0xffffffff).toString('base64'),
  };
}

/** Polynomial of CRC-64/NVME, reflected, as its upper and lower half. */
const NVME = { high: 0x9a6c9329, low: 0xac4bc9b5 } as const;
let nvmeTable: { readonly high: Uint32Array; readonly low: Uint32Array } | undefined;

function crc64nvme(): Checksum {
  nvmeTable ??= makeNvmeTable();
  const table = nvmeTable;
  let [high, low] = [0xffffffff, 0xffffffff];
  return {
    update: (data) => {
      for (const byte of data) {
        const entry = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (table.low[entry] ?? 0);
        high = (high >>> 8) ^ (table.high[entry] ?? 0);
      }
    },
    digest: () => Buffer.concat([word(~high), word(~low)]).toString('base64'),
  };
}

function makeNvmeTable(): { high: Uint32Array; low: Uint32Array } {
  const table = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte += 1) {
    let [high, low] = [0, byte];
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry) {
        high ^= NVME.high;
        low ^= NVME.low;
      }
    }
    table.high[byte] = high;
    table.low[byte] = low;
  }
  return table;
}
