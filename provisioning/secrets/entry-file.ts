import { createHash } from 'node:crypto';
import { parseEnv } from 'node:util';
import { isTimestamp } from './entry-rules.js';
import {
  SecretStoreError,
  type StoreConnection,
  type StoredKey,
  type StoreEntry,
  UNKNOWN_CREATION,
} from './secret-store.js';

/** First line. The checksum tells a file that was cut off or edited by hand. */
const HEADER = /^# Access key of ([\w-]+), kept by cdktf-rustfs\. SHA-256 of the lines below: ([0-9a-f]{64})\n/;
const SLOT_LINE = /^# (current|pending|next|previous): (?:(\S+) (\S+) )?created (\S+)$/;

/** What shells, docker's `--env-file`, systemd and the dotenv libraries all read alike without quotes. */
const PLAIN_VALUE = /^[A-Za-z0-9_.,/+=:@%^-]+$/;
const PLAIN_ENDPOINT = /^https?:\/\/[A-Za-z0-9_.,/+=:@%^[\]-]+$/;

const VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_ENDPOINT_URL_S3',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_CA_BUNDLE',
] as const;

/**
 * One entry as a dotenv file. The variables are those that AWS SDKs and the AWS CLI read (`AWS_DEFAULT_REGION` for
 * boto3, which doesn't know `AWS_REGION`; `AWS_CA_BUNDLE` with a private certificate authority) and are there only once the
 * key may be used. The rest stands in comments: one
 * file, so that publishing a new key is one rename, and no variable that an application could take by mistake.
 */
export function formatEntryFile(name: string, entry: StoreEntry, connection: StoreConnection): string {
  const { current, next, previous } = entry;
  const lines: string[] = [];
  if (current.state === 'pending') {
    lines.push(slotLine('pending', name, current));
  } else {
    lines.push(`# current: created ${current.createdAt}`);
    if (next !== undefined) lines.push(slotLine('next', name, next));
    if (previous !== undefined) lines.push(slotLine('previous', name, previous));
    if (!PLAIN_ENDPOINT.test(connection.endpoint)) {
      throw new SecretStoreError(
        `endpoint ${JSON.stringify(connection.endpoint)} can't be written to a dotenv file: expected an http or https URL without quotes, spaces, "$", "#" or "?"`,
      );
    }
    if (!PLAIN_VALUE.test(connection.region)) {
      throw new SecretStoreError(
        `region ${JSON.stringify(connection.region)} can't be written to a dotenv file: expected letters, digits or "-"`,
      );
    }
    const { caFile } = connection;
    if (caFile !== undefined && !PLAIN_VALUE.test(caFile)) {
      throw new SecretStoreError(
        `the path of the certificate authority ${JSON.stringify(caFile)} can't be written to a dotenv file: expected letters, digits and _.,/+=:@%^- only`,
      );
    }
    const values = [
      plain(name, 'accessKeyId', current.accessKeyId),
      plain(name, 'secretAccessKey', current.secretAccessKey),
      connection.endpoint,
      connection.region,
      connection.region,
      caFile,
    ];
    lines.push(
      ...VARIABLES.flatMap((variable, index) => (values[index] === undefined ? [] : [`${variable}=${values[index]}`])),
    );
  }
  const body = `${lines.join('\n')}\n`;
  return `# Access key of ${name}, kept by cdktf-rustfs. SHA-256 of the lines below: ${sha256(body)}\n${body}`;
}

function slotLine(slot: string, name: string, key: StoredKey): string {
  const id = plain(name, 'accessKeyId', key.accessKeyId);
  return `# ${slot}: ${id} ${plain(name, 'secretAccessKey', key.secretAccessKey)} created ${key.createdAt}`;
}

/** @throws {SecretStoreError} on a value that not every reader of dotenv files reads alike. */
export function plain(name: string, field: string, value: string): string {
  if (PLAIN_VALUE.test(value)) return value;
  throw new SecretStoreError(
    `secret ${name}: ${field} has a character that readers of dotenv files don't agree on: expected letters, digits and _.,/+=:@%^- only`,
  );
}

/**
 * Reads what {@link formatEntryFile} wrote, or a dotenv file that somebody wrote by hand to bring a key along.
 *
 * @throws {SecretStoreError} on a file that was cut off, edited, renamed or lacks a variable.
 */
export function parseEntryFile(name: string, text: string, file: string): StoreEntry {
  const header = HEADER.exec(text);
  if (header === null) return parseForeignFile(text, file);
  const body = text.slice(header[0].length);
  if (sha256(body) !== header[2]) {
    throw new SecretStoreError(
      `${file} is damaged: it was cut off or edited, its lines don't match its checksum; restore it, or delete it to have the key replaced`,
    );
  }
  if (header[1] !== name) {
    throw new SecretStoreError(
      `${file} holds the access key of ${header[1]}, not of ${name}: was it copied or renamed?`,
    );
  }
  const variables = parseEnv(body);
  const slots = new Map<string, StoredKey>();
  for (const line of body.split('\n')) {
    const match = SLOT_LINE.exec(line);
    if (match === null) continue;
    const [, slot = '', accessKeyId, secretAccessKey, createdAt = ''] = match;
    slots.set(slot, {
      accessKeyId: accessKeyId ?? variables.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: secretAccessKey ?? variables.AWS_SECRET_ACCESS_KEY ?? '',
      createdAt,
      state: slot === 'pending' || slot === 'next' ? 'pending' : 'active',
    });
  }
  const current = slots.get('pending') ?? slots.get('current');
  if (current === undefined || ![...slots.values()].every((key) => isTimestamp(key.createdAt))) {
    throw new SecretStoreError(`${file} was written by another version of cdktf-rustfs: update cdktf-rustfs`);
  }
  const next = slots.get('next');
  const previous = slots.get('previous');
  return { current, ...(next && { next }), ...(previous && { previous }) };
}

/** What the file says applications should connect to; nothing before the key may be used. */
export const endpointIn = (text: string): string | undefined => parseEnv(text).AWS_ENDPOINT_URL_S3;

function parseForeignFile(text: string, file: string): StoreEntry {
  const variables = parseEnv(text);
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = variables;
  if (!accessKeyId || !secretAccessKey) {
    throw new SecretStoreError(
      `${file} has no ${accessKeyId ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID'}: it is damaged or not a secret of this store; restore it, or delete it to have the key replaced`,
    );
  }
  if (!text.endsWith('\n')) {
    throw new SecretStoreError(
      `${file} looks half-written: its last line doesn't end; complete it, or delete it to have the key replaced`,
    );
  }
  // A later write replaces the whole file, so whatever else it holds would be lost.
  const others = Object.keys(variables).filter((variable) => !VARIABLES.some((known) => known === variable));
  if (others.length > 0) {
    throw new SecretStoreError(
      `${file} has variables that don't belong to an access key: ${others.sort().join(', ')}; move them to another file`,
    );
  }
  return { current: { accessKeyId, secretAccessKey, createdAt: UNKNOWN_CREATION, state: 'active' } };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
