import { Token } from 'cdktf';

const RESERVED = ['rustfs'];

/**
 * Everything that is wrong with a bucket name; empty when nothing is, and for unresolved tokens.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export function bucketNameErrors(name: string): readonly string[] {
  if (Token.isUnresolved(name)) return [];
  const errors: string[] = [];
  const check = (broken: boolean, rule: string) => {
    if (broken) errors.push(rule);
  };
  check(name.length < 3 || name.length > 63, `must be 3 to 63 characters long, got ${name.length}`);
  const offset = name.search(/[^a-z0-9.-]/);
  check(
    offset >= 0,
    `may only contain a-z, 0-9, "." and "-", got ${JSON.stringify(name[offset] ?? '')} at offset ${offset}`,
  );
  check(/^[^a-z0-9]|[^a-z0-9]$/.test(name), 'must begin and end with a letter or digit');
  check(/\.\.|\.-|-\./.test(name), 'must not contain "..", ".-" or "-."');
  check(/^\d+\.\d+\.\d+\.\d+$/.test(name), 'must not look like an IP address');
  check(name.startsWith('xn--'), 'must not begin with "xn--"');
  check(RESERVED.includes(name), 'is reserved by RustFS');
  return errors;
}

/** @throws Error with every broken rule */
export function validateBucketName(name: string): void {
  const errors = bucketNameErrors(name);
  if (errors.length > 0) throw new Error(`invalid bucket name (value: ${name})\n${errors.join('\n')}`);
}
