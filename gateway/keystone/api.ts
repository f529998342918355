import { Refusal } from '../http/refusal.js';
import type { Log } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import type { KeystoneConfig } from './config.js';
import { type JsonAnswer, jsonClient } from './http.js';
import { type KeystoneIdentity, type NO_PROJECT, readIdentity } from './identity.js';
import { serviceToken } from './service-token.js';

/** What Keystone is asked about a signature. */
export interface SignatureQuestion {
  /** `/s3tokens` or `/ec2tokens`. */
  readonly path: string;
  readonly credentials: object;
}

/** What Keystone says of who signed in; `undefined`: it does not know the token or key, `refused`: the signature is wrong. */
type Known = KeystoneIdentity | typeof NO_PROJECT;

export interface Keystone {
  /** @throws Refusal 503 */
  validateToken(token: string): Promise<Known | undefined>;
  /** @throws Refusal 503 */
  verifySignature(question: SignatureQuestion): Promise<Known | 'refused' | undefined>;
  close(): void;
}

type Call = 'validate' | 'signature';

/** Keystone as seen by a service user. While it does not answer, whoever needs it is refused at once. */
export function keystone(config: KeystoneConfig, log: Log, metrics: Metrics): Keystone {
  const client = jsonClient(config.auth_url, config.timeout_secs * 1000, config.ca_file);
  const service = serviceToken(client, config.service_user);
  let downUntil = 0;

  function fail(call: Call, reason: string): Refusal {
    metrics.keystoneCall(call, 'failed');
    if (performance.now() >= downUntil) log.write('keystone', { call, error: reason });
    downUntil = performance.now() + config.retry_after_secs * 1000;
    return unavailable();
  }

  function unavailable(): Refusal {
    return new Refusal(503, 'ServiceUnavailable', 'Keystone does not answer; try again later', {
      'retry-after': String(Math.ceil(config.retry_after_secs)),
    });
  }

  /** With the service user's token, renewed once if Keystone no longer takes it. */
  async function ask(
    call: Call,
    send: (token: string) => Promise<JsonAnswer>,
    isOwnTokenBad: (answer: JsonAnswer, token: string) => Promise<boolean>,
  ): Promise<JsonAnswer> {
    if (performance.now() < downUntil) throw unavailable();
    try {
      for (let attempt = 0; ; attempt++) {
        const token = await service.current();
        const answer = await send(token);
        if (answer.status === 403) throw new Error('the service user may not do this: it needs the role service');
        if (answer.status === 429 || answer.status >= 500) throw new Error(`Keystone answered ${answer.status}`);
        if (answer.status !== 401 || !(await isOwnTokenBad(answer, token))) return answer;
        if (attempt > 0) throw new Error('Keystone does not take its own new token for the service user');
        service.forget(token);
      }
    } catch (error) {
      throw fail(call, (error as Error).message);
    }
  }

  const validate = (own: string, subject: string) =>
    client.call('GET', '/auth/tokens?nocatalog', { 'x-auth-token': own, 'x-subject-token': subject });

  function understood(call: Call, { status, body }: JsonAnswer): Known {
    const identity = status === 200 ? readIdentity(body) : undefined;
    if (identity === undefined) throw fail(call, `Keystone's answer (${status}) is not one of the Identity API v3`);
    metrics.keystoneCall(call, 'accepted');
    return identity;
  }

  return {
    async validateToken(token) {
      const answer = await ask(
        'validate',
        (own) => validate(own, token),
        async () => true,
      );
      if (answer.status !== 404) return understood('validate', answer);
      metrics.keystoneCall('validate', 'refused');
      return undefined;
    },
    async verifySignature({ path, credentials }) {
      const answer = await ask(
        'signature',
        (own) => client.call('POST', path, { 'x-auth-token': own }, { credentials }),
        // 401 is a wrong signature as well as a service token that ended: only the token itself tells.
        async (_, own) => (await validate(own, own)).status !== 200,
      );
      if (answer.status === 200) return understood('signature', answer);
      metrics.keystoneCall('signature', 'refused');
      if (answer.status === 404) return undefined;
      return answer.status === 401 ? 'refused' : understood('signature', answer);
    },
    close: () => client.close(),
  };
}
