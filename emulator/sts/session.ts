import type { EmulatorContext, EmulatorRequest } from '../context.js';
import { s3Error } from '../errors.js';
import { element, type XmlFragment } from '../xml.js';

/** Answers of STS are in this namespace. */
export const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

const DEFAULT_SECONDS = 3600;

/** How long a session is asked to last, within limits. @throws EmulatorError */
export function sessionSeconds(
  form: URLSearchParams,
  { shortestSeconds, longestSeconds }: { readonly shortestSeconds: number; readonly longestSeconds: number },
): number {
  const asked = Number(form.get('DurationSeconds') ?? 0);
  if (!Number.isInteger(asked) || asked < 0) throw s3Error('InvalidArgument', 'invalid DurationSeconds');
  return asked === 0 ? DEFAULT_SECONDS : Math.min(Math.max(asked, shortestSeconds), longestSeconds);
}

/** What 1.0.1 adds to an answer. */
export function metadata(context: EmulatorContext, { id }: EmulatorRequest): XmlFragment {
  return context.profile.sts.awsShape ? element('ResponseMetadata', [element('RequestId', id)]) : { xml: '' };
}
