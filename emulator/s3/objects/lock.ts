import type { BucketRecord } from '../../context.js';
import { accessDenied, s3Error } from '../../errors.js';
import { isLocked } from '../bucket-config/checks.js';
import { defaultRetentionOf } from '../bucket-config/index.js';
import type { KeyRequest, S3Context } from '../context.js';
import type { ObjectAttributes, Retention, StoredVersion } from './model.js';

type Lock = Pick<ObjectAttributes, 'retention' | 'legalHold'>;

const BAD_VALUE = 'The XML you provided was not well-formed or did not validate against our published schema';
const DATE_HEADER = 'x-amz-object-lock-retain-until-date';

/** Lock that a write asks for, or that the bucket gives by default. @throws EmulatorError */
export function requestedLock(context: S3Context, { headers, bucket: name, time }: KeyRequest): Lock {
  const bucket = context.buckets.get(name);
  const mode = headers['x-amz-object-lock-mode'] || undefined;
  const until = headers[DATE_HEADER] || undefined;
  const hold = headers['x-amz-object-lock-legal-hold'] || undefined;
  if (until !== undefined && !isTime(until)) {
    throw s3Error('InvalidArgument', `invalid header: ${DATE_HEADER}: ${JSON.stringify(until)}`);
  }
  if ((mode === undefined) !== (until === undefined)) {
    throw s3Error('InvalidRequest', `${DATE_HEADER} and x-amz-object-lock-mode must both be supplied`);
  }
  const asked = mode !== undefined && until !== undefined ? { mode, until } : undefined;
  if (asked || hold !== undefined) requireLocking(bucket);
  const retention = asked ? checkRetention(asked.mode, asked.until, time) : bucket && defaultRetention(bucket, time);
  return { ...(retention && { retention }), ...(hold !== undefined && { legalHold: checkHold(hold) }) };
}

/** @throws EmulatorError InvalidRequest for a bucket without object lock */
export function requireLocking(bucket: BucketRecord | undefined): void {
  if (bucket === undefined || !isLocked(bucket)) {
    throw s3Error('InvalidRequest', 'Bucket is missing ObjectLockConfiguration');
  }
}

/** @throws EmulatorError */
export function checkRetention(mode: string, until: string, now: Date): Retention {
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') throw s3Error('MalformedXML', BAD_VALUE);
  if (Date.parse(until) <= now.getTime()) {
    throw s3Error('InvalidArgument', 'The retain until date must be in the future');
  }
  return { mode, until: new Date(until).toISOString() };
}

/** @throws EmulatorError MalformedXML */
export function checkHold(status: string): 'ON' | 'OFF' {
  if (status !== 'ON' && status !== 'OFF') throw s3Error('MalformedXML', BAD_VALUE);
  return status;
}

function defaultRetention(bucket: BucketRecord, now: Date): Retention | undefined {
  const rule = defaultRetentionOf(bucket);
  if (rule === undefined) return undefined;
  const until = new Date(now);
  until.setUTCDate(until.getUTCDate() + (rule.days ?? 0));
  until.setUTCFullYear(until.getUTCFullYear() + (rule.years ?? 0));
  return { mode: rule.mode, until: until.toISOString() };
}

/** Why a version may not be deleted now, if so. */
export function deletionBlocked(version: StoredVersion, bypassGovernance: boolean, now: Date): string | undefined {
  if (version.deleteMarker) return undefined;
  if (version.legalHold === 'ON') return 'Object has a legal hold and cannot be deleted. Remove the legal hold first.';
  const { retention } = version;
  if (!isActive(retention, now)) return undefined;
  if (retention.mode === 'GOVERNANCE' && bypassGovernance) return undefined;
  return retentionWords(retention);
}

/** A write without versioning would replace a locked object. @throws EmulatorError AccessDenied */
export function checkOverwrite(version: StoredVersion | undefined, now: Date): void {
  if (version === undefined || version.deleteMarker) return;
  if (version.legalHold === 'ON') {
    throw accessDenied('Object has a legal hold and cannot be overwritten. Remove the legal hold first.');
  }
  if (isActive(version.retention, now) && version.retention.mode === 'COMPLIANCE') {
    throw accessDenied('Object is under COMPLIANCE retention and cannot be overwritten.');
  }
}

/** An active retention may be prolonged, otherwise only be changed by who may bypass it. @throws EmulatorError AccessDenied */
export function checkRetentionChange(
  current: ObjectAttributes['retention'],
  mode: string | undefined,
  until: string | undefined,
  bypassGovernance: boolean,
  now: Date,
): void {
  if (!isActive(current, now)) return;
  const shortened = until === undefined || Date.parse(until) < Date.parse(current.until);
  const forbidden = mode !== current.mode || shortened;
  if (forbidden && !(current.mode === 'GOVERNANCE' && bypassGovernance)) throw accessDenied(retentionWords(current));
}

function isActive(retention: ObjectAttributes['retention'], now: Date): retention is Retention {
  return retention !== undefined && retention !== 'cleared' && Date.parse(retention.until) > now.getTime();
}

/** `2027-06-01 0:00:00.0 +00:00:00`, as RustFS writes times in words. */
function retentionWords({ mode, until }: Retention): string {
  const time = new Date(until);
  const two = (value: number) => String(value).padStart(2, '0');
  const fraction = String(time.getUTCMilliseconds()).padStart(3, '0').replace(/0+$/, '') || '0';
  const clock = `${time.getUTCHours()}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}.${fraction}`;
  return `Object is under ${mode} retention and cannot be deleted until ${until.slice(0, 10)} ${clock} +00:00:00`;
}

export function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text));
}
