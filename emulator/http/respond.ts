import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { EmulatorError, type EmulatorResponse } from '../context.js';
import { s3Error } from '../errors.js';
import type { EmulatorProfile } from '../profile.js';
import { element, xmlDocument } from '../xml.js';
import { PayloadError } from './payload-error.js';

/** Every answer says that no real server gave it. */
const LABELS = { server: 'cdktf-rustfs-emulator', 'x-emulated-by': 'cdktf-rustfs' } as const;

export async function sendResponse(target: ServerResponse, id: string, response: EmulatorResponse): Promise<void> {
  const { status, headers = {}, body } = response;
  const bodyless = status === 204 || status === 304;
  const all: Record<string, string> = { ...LABELS, 'x-request-id': id, 'x-amz-request-id': id };
  for (const [name, value] of Object.entries(headers)) all[name] = latin1(value);
  if (!bodyless && target.req.method !== 'HEAD' && !('content-length' in all)) {
    if (body === undefined) all['content-length'] = '0';
    else if (typeof body === 'string') all['content-length'] = String(Buffer.byteLength(body));
    else if (body instanceof Uint8Array) all['content-length'] = String(body.length);
  }
  target.writeHead(status, all);
  if (bodyless || target.req.method === 'HEAD' || body === undefined) target.end();
  else if (typeof body === 'string' || body instanceof Uint8Array) target.end(body);
  else await pipeline(body, target);
}

/** UTF-8 in the form in which Node puts bytes into headers. */
function latin1(value: string): string {
  return /[^\0-\x7f]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}

/** The answer to a failed request; anything but a refusal is an error of the emulator itself. */
export function errorResponse(error: unknown, profile: EmulatorProfile): EmulatorResponse {
  const refusal = asRefusal(error);
  const { status, code, headers } = refusal;
  if (status === 304) return { status, headers };
  const message = refusal.message || profile.defaultMessages[code];
  const body = xmlDocument('Error', [element('Code', code), element('Message', message)], null);
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body };
}

function asRefusal(error: unknown): EmulatorError {
  if (error instanceof EmulatorError) return error;
  // A document that can't be read: which way it is wrong, RustFS does not tell.
  if (error instanceof PayloadError) return s3Error('InternalError');
  return s3Error('InternalError', `the emulator failed: ${error instanceof Error ? error.message : String(error)}`);
}
