import { RustFsError } from '../errors.js';
import { redactEcho } from '../redact.js';
import type { WireRequest, WireResponse } from '../wire.js';

const XML_CODE = /<Code>([^<]*)<\/Code>/;
const XML_MESSAGE = /<Message>([^<]*)<\/Message>/;

/** Error code of the XML body; empty when the body has none. */
export function errorCode(response: WireResponse): string {
  return XML_CODE.exec(response.body.toString('utf8', 0, 4096))?.[1] ?? '';
}

const HINTS: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'the server does not know this access key: check RUSTFS_ACCESS_KEY (or RUSTFS_ACCESS_KEY_FILE)',
  SignatureDoesNotMatch: 'the secret is wrong: check RUSTFS_SECRET_KEY (or RUSTFS_SECRET_KEY_FILE)',
  RequestTimeTooSkewed: "this machine's clock and the server's differ by more than 15 minutes: synchronize them",
  BucketAlreadyExists:
    'somebody else owns the bucket: choose another name, or provision with the credentials of its owner',
  AccessDenied: 'the credentials may not do this: provisioning needs the root credentials',
};

/** An error that says what was asked, what came back and the way out. */
export function refusal(request: WireRequest, response: WireResponse): RustFsError {
  const text = redactEcho(request.body, response.body.toString('utf8'));
  const code = errorCode(response);
  const said = XML_MESSAGE.exec(text)?.[1] ?? (code === '' ? text.slice(0, 200).trim() : '');
  const hint =
    HINTS[code] ?? (response.status === 503 ? 'the server is not ready: wait, or look at its log' : undefined);
  const details = [`HTTP ${response.status}`, code, said].filter((part) => part !== '').join(' ');
  return new RustFsError(
    `${request.method} ${request.path} failed: ${details}${hint ? `; ${hint}` : ''}`,
    response.status,
    code,
  );
}

/** The JSON of a successful answer; anything else is an error that shows the beginning of what came. */
export function jsonOf<T>(request: WireRequest, response: WireResponse): T {
  if (response.status < 200 || response.status > 299) throw refusal(request, response);
  try {
    return JSON.parse(response.body.toString('utf8')) as T;
  } catch (cause) {
    const start = response.body.toString('utf8', 0, 80);
    throw new RustFsError(
      `${request.method} ${request.path} answered ${JSON.stringify(start)} where JSON was expected: is this RustFS, or a proxy before it?`,
      response.status,
      '',
      { cause },
    );
  }
}
