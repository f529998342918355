import { familyOf } from '../../manifest/index.js';
import type { KmsKeyState, KmsState } from '../client/kms.js';
import { createKmsClient } from '../client/kms.js';
import type { Session } from '../session.js';

/** One key, and who uses it. */
export interface KmsKeyUse {
  readonly key: string;
  readonly state: KmsKeyState;
  /** The manifest declares it, or an older or newer key of the same name. */
  readonly declared: boolean;
  readonly isDefault: boolean;
  /** Buckets whose new objects are encrypted with it. */
  readonly buckets: readonly string[];
}

export interface KmsReport extends Omit<KmsState, 'keys'> {
  readonly keys: readonly KmsKeyUse[];
  /** Buckets that encrypt with SSE-S3. */
  readonly sseS3: readonly string[];
  /** What is wrong or risky, in words. */
  readonly notes: readonly string[];
}

/** The KMS of the server as it is, also when the manifest declares none. */
export async function kmsStatus(session: Session): Promise<KmsReport> {
  const { wire, root, manifest } = session;
  const state = await createKmsClient(wire, root).state();
  const { estate } = await session.plan();
  const buckets = [...estate.buckets].sort(([a], [b]) => (a < b ? -1 : 1));
  const encrypting = (test: (algorithm: string, key: string | undefined) => boolean) =>
    buckets.flatMap(([name, { encryption }]) =>
      encryption && test(encryption.algorithm, encryption.kmsKeyId) ? [name] : [],
    );
  const { keys, ...rest } = state;
  const uses = [...(keys ?? [])].map(([key, keyState]) => ({
    key,
    state: keyState,
    declared: manifest.kms?.keys.includes(familyOf(key)) ?? false,
    isDefault: key === state.defaultKey,
    buckets: encrypting((algorithm, used) => algorithm === 'aws:kms' && (used ?? state.defaultKey) === key),
  }));
  const named = encrypting((algorithm) => algorithm === 'aws:kms');
  return {
    ...rest,
    keys: uses,
    sseS3: encrypting((algorithm) => algorithm === 'AES256'),
    notes: notesOf(state, uses, named),
  };
}

function notesOf(state: KmsState, uses: readonly KmsKeyUse[], encrypted: readonly string[]): readonly string[] {
  const reached = new Set(uses.flatMap(({ buckets }) => buckets));
  const lost = state.keys === undefined ? [] : encrypted.filter((bucket) => !reached.has(bucket));
  const down = state.status !== 'Running' || !state.healthy;
  return [
    ...(down && encrypted.length > 0
      ? [`nothing can be written to or read encrypted from ${encrypted.join(', ')} before the KMS runs and is healthy`]
      : []),
    ...lost.map((bucket) => `bucket ${bucket} encrypts with a key that does not exist: writes to it fail`),
    ...uses
      .filter((use) => use.state === 'pending-deletion')
      .map(
        ({ key }) =>
          `key ${key} will be deleted, and with it every object that it encrypts: apply cancels that for declared keys`,
      ),
    ...(state.backend?.has_master_key === false
      ? ['the local key files are not encrypted: whoever reads the key directory can decrypt every object']
      : []),
  ];
}
