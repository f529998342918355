import { Transform } from 'node:stream';
import type { Answer, AnswerChange } from '../upstream/forward.js';

/** What an answer is about, as far as names in it go. */
export type AnswerKind = 'document' | 'object';

export interface NameScope {
  readonly bucketPrefix: string;
  /** Origin of RustFS, which no client shall read. */
  readonly upstream: string;
  /** Origin that the client asked. */
  readonly gateway: string;
}

/** Longest piece of a document that is held back until its end is there. */
const LONGEST_PIECE = 64 * 1024;

const NAMES = /<(Name|Bucket|BucketName|Resource|Location|Message)>([^<]*)/g;
const LOST_SESSION = /<Code>InvalidAccessKeyId<\/Code>/;

/**
 * An answer of RustFS as the tenant shall see it: with the names that the tenant gave. Objects are never touched.
 * @param sessionLost hears that RustFS does not know the session's credential
 */
export function tenantAnswer(
  { status, rawHeaders }: Answer,
  kind: AnswerKind,
  scope: NameScope,
  sessionLost: () => void,
): AnswerChange {
  const headers = ownLocation(rawHeaders, scope);
  if (status < 400 && kind === 'object') return { rawHeaders: headers };
  const rewrite = ownNames(scope);
  const body = rewriter((xml) => {
    if (status === 403 && LOST_SESSION.test(xml)) sessionLost();
    return rewrite(xml);
  });
  return { rawHeaders: without(headers, 'content-length'), body };
}

/** A list of buckets with those of the project alone, whatever the session may list. */
export function tenantBuckets(xml: string, scope: NameScope): string {
  return xml.replace(/<Bucket>.*?<\/Bucket>/gs, (bucket) =>
    bucket.includes(`<Name>${scope.bucketPrefix}`) ? ownNames(scope)(bucket) : '',
  );
}

/** What S3 answers to somebody without buckets; RustFS refuses them (recorded: 06-access). */
export const NO_BUCKETS =
  '<?xml version="1.0" encoding="UTF-8"?><ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets></Buckets></ListAllMyBucketsResult>';

/** Names without the project in front. */
function ownNames({ bucketPrefix, upstream, gateway }: NameScope): (xml: string) => string {
  return (xml) =>
    xml.replace(NAMES, (all, element: string, text: string) => {
      if (!text.includes(bucketPrefix)) return all;
      if (element === 'Message') return `<${element}>${text.replaceAll(bucketPrefix, '')}`;
      if (element === 'Location' && text.startsWith(`${upstream}/`))
        return `<${element}>${gateway}${text.slice(upstream.length).replace(bucketPrefix, '')}`;
      const isPath = element === 'Resource' || element === 'Location';
      return isPath || text.startsWith(bucketPrefix) ? `<${element}>${text.replace(bucketPrefix, '')}` : all;
    });
}

/** Rewrites a document piece by piece, each up to the last element that has begun; latin1 keeps every byte as it is. */
function rewriter(rewrite: (xml: string) => string): Transform {
  let held = '';
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      held += chunk.toString('latin1');
      const begun = held.lastIndexOf('<');
      const ready = begun < 0 ? held : held.slice(0, begun);
      held = held.slice(ready.length);
      if (held.length > LONGEST_PIECE)
        return done(new Error('the answer of the storage server is not a document of S3'));
      done(null, Buffer.from(rewrite(ready), 'latin1'));
    },
    flush(done) {
      done(null, Buffer.from(rewrite(held), 'latin1'));
    },
  });
}

function ownLocation(rawHeaders: readonly string[], { bucketPrefix, upstream, gateway }: NameScope): string[] {
  return rawHeaders.map((value, at) =>
    at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'location'
      ? value.replace(upstream, gateway).replace(bucketPrefix, '')
      : value,
  );
}

function without(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, at) => rawHeaders[at - (at % 2)]?.toLowerCase() !== name);
}
