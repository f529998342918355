import aws4 from 'aws4';
import { Refusal } from '../http/refusal.js';
import type { UpstreamPool } from './pool.js';
import type { S3AccessKey } from './resign.js';

export interface UpstreamCall {
  readonly method: string;
  readonly path: string;
  readonly service: 's3' | 'sts';
  readonly region: string;
  readonly credential: S3AccessKey;
  /** A form. */
  readonly body?: string;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly body: string;
}

const TIMEOUT_MS = 10_000;
const LARGEST_ANSWER = 8 * 1024 * 1024;

/** A small request of the gateway's own to RustFS. @throws Refusal 502 */
export function callUpstream(pool: UpstreamPool, call: UpstreamCall): Promise<UpstreamAnswer> {
  const { method, path, service, region, credential, body = '' } = call;
  const { headers = {} } = aws4.sign(
    {
      ...{ service, region, method, path, body },
      headers: {
        Host: pool.origin.host,
        ...(body === ''
          ? { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD', 'Content-Length': '0' }
          : { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) }),
        ...(credential.sessionToken !== undefined && { 'X-Amz-Security-Token': credential.sessionToken }),
      },
    },
    { accessKeyId: credential.accessKey, secretAccessKey: credential.secretKey },
  );
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Refusal(502, 'BadGateway', 'the storage server cannot be reached'));
    const outgoing = pool.open(
      method,
      path,
      Object.entries(headers).flatMap(([name, value]) => [name, String(value)]),
    );
    const timer = setTimeout(() => outgoing.destroy(), TIMEOUT_MS);
    outgoing.on('error', fail);
    outgoing.once('close', () => {
      clearTimeout(timer);
      fail(); // without effect once there was an answer
    });
    outgoing.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > LARGEST_ANSWER) outgoing.destroy();
      });
      answer.on('error', fail);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
    });
    outgoing.end(body);
  });
}
