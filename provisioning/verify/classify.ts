import { errorCode } from '../client/response.js';
import type { WireResponse } from '../wire.js';
import type { AnswerPattern, Judgement, Observation, Outcome, PlannedProbe, Severity } from './model.js';
import type { VerifyProfile } from './profile.js';

const MESSAGE = /<Message>([^<]*)<\/Message>/;
const unescapeXml = (text: string) =>
  text.replaceAll(
    /&(lt|gt|quot|apos|amp);/g,
    (_, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name] ?? '',
  );

/** The parts of an answer that patterns speak of. */
interface Answer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

function answerOf(response: WireResponse): Answer {
  const text = response.body.toString('utf8', 0, 4096);
  // Also a 200 may carry an error (S3's copy), and an object's content may look like anything.
  if (!/<(?:\w+:)?Error(?:Response)?[\s>]/.test(text)) return { status: response.status, code: '', message: '' };
  return {
    status: response.status,
    code: errorCode(response),
    message: unescapeXml(MESSAGE.exec(text)?.[1] ?? ''),
  };
}

const fits = (answer: Answer) => (pattern: AnswerPattern) =>
  (pattern.status === undefined || pattern.status === answer.status) &&
  (pattern.code === undefined || pattern.code === answer.code) &&
  (pattern.message === undefined || pattern.message.test(answer.message));

function isSuccess({ status, code }: Answer): boolean {
  return status >= 200 && status < 300 && code === '';
}

/** Only 403 AccessDenied is a refusal by policy. Answers to HEAD have no body. */
function isRefusal(probe: PlannedProbe, { status, code }: Answer): boolean {
  return status === 403 && (code === 'AccessDenied' || (code === '' && probe.request.method === 'HEAD'));
}

function isMissingBucket(probe: PlannedProbe, { status, code }: Answer): boolean {
  return status === 404 && (code === 'NoSuchBucket' || (code === '' && probe.request.method === 'HEAD'));
}

/**
 * What an answer says about the caller's rights. The order matters: what proves authorization is looked for first, and what
 * is not known is an error, never a refusal. Source: recordings 01-surface, 02-users, 06-access and 08-objects of both
 * versions, and the answers of a running 1.0.1 to authorized and unauthorized callers.
 */
export function classify(probe: PlannedProbe, response: WireResponse, profile: VerifyProfile): Judgement {
  const answer = answerOf(response);
  const matches = (patterns: readonly AnswerPattern[] | undefined) => patterns?.some(fits(answer)) === true;
  const shown = `${answer.status} ${answer.code}`.trim();
  const judged = (observed: Observation): Judgement => ({ observed, detail: shown });
  if (isSuccess(answer)) {
    const { observed, detail, needs } = probe.judge?.(response.body.toString('utf8')) ?? {
      observed: 'allowed' as const,
    };
    return { observed, detail: detail ? `${shown}, ${detail}` : shown, ...(needs ? { needs } : {}) };
  }
  if (matches(probe.authorizedBy)) return judged('allowed');
  if (matches(profile.barred)) return judged('barred');
  if (isRefusal(probe, answer) || matches(probe.refusedBy)) return judged('refused');
  if (isMissingBucket(probe, answer)) return judged('broken');
  return judged(answer.status === 403 ? 'barred' : 'error');
}

/** What is wrong with an observation; undefined if it is as predicted. */
export function severityOf(predicted: Outcome, observed: Observation, mustBeBarred = false): Severity | undefined {
  switch (observed) {
    case 'allowed':
      return predicted === 'allowed' ? undefined : 'security';
    case 'refused':
      return predicted === 'refused' ? undefined : 'access';
    case 'leak':
      return 'security';
    case 'broken':
      // Who gets as far as to a bucket that is not there was authorized.
      return predicted === 'allowed' ? 'access' : 'security';
    case 'barred':
      // Turned away without a look at the policies: that shows nothing about what they refuse.
      return predicted === 'allowed' ? 'access' : mustBeBarred ? undefined : 'error';
    case 'error':
      return 'error';
  }
}
