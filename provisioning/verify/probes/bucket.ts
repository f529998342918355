import type { ManifestBucket } from '../../../manifest/index.js';
import type { RustFsVersion } from '../../../policies/index.js';
import { encodeKey, type WireRequest } from '../../wire.js';
import type { AnswerPattern, Needs } from '../model.js';
import type { VerifyProfile } from '../profile.js';
import { CONFIGURATION_PROBES } from './configuration.js';
import { type Draft, operationNeeds, type Subject } from './draft.js';
import { OBJECT_PROBES, VERB_PROBES } from './objects.js';
import { type Place, probeKey, ROOT_PLACE, sweepPrefix } from './place.js';
import type { Depth, ProbeTemplate } from './template.js';

/** What all probes of a run share. */
export interface ProbeContext {
  readonly version: RustFsVersion;
  readonly profile: VerifyProfile;
  /** Random part of all keys. */
  readonly run: string;
  readonly depth: Depth;
}

/** How the bucket stands to the credential. */
export type Relation = 'own' | 'foreign' | 'anonymous';

/** Retention would keep a probe object for good. */
export function keepsObjects(bucket: ManifestBucket): boolean {
  return bucket.objectLock?.defaultRetention !== undefined;
}

function requestOf(template: ProbeTemplate, bucket: string, key: string, place: Place): WireRequest {
  const { method, on, headers, body } = template;
  const query = { ...template.query, ...(template.listing ? { prefix: sweepPrefix(place), 'max-keys': '1' } : {}) };
  return {
    method,
    path: on === 'bucket' ? `/${bucket}` : `/${bucket}/${encodeKey(key)}`,
    ...(Object.keys(query).length > 0 ? { query } : {}),
    ...(headers ? { headers } : {}),
    ...(body === undefined ? {} : { body }),
  };
}

function needsOf(
  context: ProbeContext,
  template: ProbeTemplate,
  target: { bucket: string; key?: string },
  request: WireRequest,
  signed: boolean,
): Needs {
  const { version, profile } = context;
  const needs = operationNeeds(version, template.operation, target, request, signed);
  if (template.operation !== 'DeleteObjectVersion' || !profile.versionDeleteNeedsBoth) return needs;
  return [...needs, ...operationNeeds(version, 'DeleteObject', target, request, signed)];
}

/** A template on one bucket, with a key that nobody ever writes. */
export function draftOf(
  context: ProbeContext,
  template: ProbeTemplate,
  bucket: string,
  place: Place,
  signed: boolean,
): Draft {
  // A deletion leaves a marker in a versioned bucket, and other requests are answered differently where one is.
  const key = probeKey(place, context.run, template.method === 'DELETE' ? 'nothing-to-delete' : 'never-written');
  const request = requestOf(template, bucket, key, place);
  const target = { bucket, ...(template.on === 'object' ? { key } : {}) };
  const patterns = (template.authorizedBy ?? []).map(
    (pattern): AnswerPattern => (pattern === 'wrongDigest' ? context.profile.wrongDigest : pattern),
  );
  return {
    title: template.title,
    bucket,
    ...(template.verb ? { verb: template.verb } : {}),
    request,
    needs: needsOf(context, template, target, request, signed),
    authorizedBy: patterns,
  };
}

/** The probes that stand alone, for one credential on one bucket. */
export function standaloneDrafts(
  context: ProbeContext,
  subject: Subject,
  bucket: string,
  relation: Relation,
  place: Place,
): readonly Draft[] {
  const { depth, profile } = context;
  const signed = subject.credentials !== 'anonymous';
  return [...OBJECT_PROBES, ...CONFIGURATION_PROBES]
    .filter((template) => {
      const wanted = template[relation];
      return (
        wanted !== undefined &&
        (wanted === 'core' || depth === 'full') &&
        (!template.needsStrictChecks || profile.checksConfigurationsFirst)
      );
    })
    .map((template) => draftOf(context, template, bucket, place, signed));
}

/** Where a policy allows only a part of a bucket: the same verbs on keys outside of it. */
export function outsideDrafts(context: ProbeContext, bucket: string, { base, suffix }: Place): readonly Draft[] {
  if (base === ROOT_PLACE.base && suffix === ROOT_PLACE.suffix) return [];
  return VERB_PROBES.map((template) => {
    const draft = draftOf(context, template, bucket, ROOT_PLACE, true);
    return { ...draft, title: `${draft.title} outside ${base}*${suffix}` };
  });
}
