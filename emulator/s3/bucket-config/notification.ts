import { s3Error } from '../../errors.js';
import type { XmlObject } from './xml-codec.js';

/** Kinds of targets: element of the document, name in messages, element with the target's ARN. */
const KINDS = [
  { list: 'QueueConfiguration', name: 'QueueConfiguration', target: 'Queue' },
  { list: 'TopicConfiguration', name: 'TopicConfiguration', target: 'Topic' },
  { list: 'CloudFunctionConfiguration', name: 'LambdaFunctionConfiguration', target: 'CloudFunction' },
] as const;

const LONGEST_FILTER_VALUE = 1024;

/** Checks filters, then target ARNs (`arn:rustfs:sqs:<region>:<id>:<type>`). @throws EmulatorError */
export function checkNotification(document: XmlObject): XmlObject {
  for (const { list, name } of KINDS) {
    for (const entry of (document[list] ?? []) as readonly XmlObject[]) {
      const filter = (entry.Filter as XmlObject | undefined)?.S3Key as XmlObject | undefined;
      const scope = entry.Id === undefined ? name : `${name} id=${entry.Id}`;
      checkFilter((filter?.FilterRule ?? []) as readonly XmlObject[], scope);
    }
  }
  for (const { list, target } of KINDS) {
    for (const entry of (document[list] ?? []) as readonly XmlObject[]) checkArn(String(entry[target]));
  }
  return document;
}

function checkFilter(rules: readonly XmlObject[], scope: string): void {
  const seen = new Set<string>();
  for (const { Name: name, Value: value } of rules) {
    if (name === undefined) throw invalid(`invalid notification filter rule: missing Name (${scope})`);
    if (value === undefined) throw invalid(`invalid notification filter rule: missing Value (${scope})`);
    const text = String(value);
    const segments = text.split('/');
    const length = Buffer.byteLength(text);
    if (length > LONGEST_FILTER_VALUE || text.includes('\\') || segments.includes('.') || segments.includes('..')) {
      throw invalid(`invalid notification filter value (len=${length}) (${scope})`);
    }
    const kind = String(name).toLowerCase();
    if (kind !== 'prefix' && kind !== 'suffix') {
      throw invalid(
        `invalid notification filter name (len=${Buffer.byteLength(String(name))}) ` +
          `(only 'prefix'/'suffix' are supported) (${scope})`,
      );
    }
    if (seen.has(kind)) throw invalid(`duplicate notification filter name '${kind}' (${scope})`);
    seen.add(kind);
  }
}

function checkArn(arn: string): void {
  const [scheme, partition, service, , id, type, ...rest] = arn.split(':');
  if (scheme === 'arn' && partition === 'rustfs' && service === 'sqs' && id && type && rest.length === 0) return;
  throw invalid(
    `Invalid ARN in notification configuration: Invalid TargetID format 'Invalid ARN: ${arn}', expect 'ID:Name'`,
  );
}

function invalid(message: string) {
  return s3Error('InvalidArgument', message);
}
