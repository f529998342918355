import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Manifest } from '../../../manifest/index.js';
import { proveManifest } from '../../../proofs/index.js';
import { verify } from '../../../provisioning/index.js';
import { allow, widen } from '../../proofs/manifests.js';
import { createWorld, manifestFor, type World } from '../fixture.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** `backup` may also read the uploads of `web`. */
const widenBackup = (manifest: Manifest) => widen(manifest, 'backup-storage', allow(['s3:GetObject'], 'web-uploads/*'));

test('a prover that proves too much is told, although evaluator and server agree', async () => {
  await world.apply(widenBackup);
  const session = await world.open(widenBackup);
  try {
    const wrong = proveManifest(manifestFor(world.endpoint));
    const { findings, probes } = await verify(session, { proof: wrong });
    expect(findings.map(({ severity, cause, message }) => [severity, cause, message])).toEqual(
      ['copy object out of the bucket', 'get object', 'head object'].map((probe) => [
        'error',
        'model',
        `backup: ${probe} is proved impossible, because backup-svc keeps to what was declared, but predicted as allowed: prover and evaluator disagree, please report it`,
      ]),
    );
    expect(probes.contradictions).toBe(0);
    const right = await verify(session);
    expect(right.findings).toEqual([]);
    expect(right.unproved).toEqual([
      "backup-svc could s3:GetObject web-uploads/x because backup-storage allows s3:GetObject on arn:aws:s3:::web-uploads/*; narrow backup-storage, declare shareWith: ['backup'] on web, or give the reason in exceptions",
    ]);
    expect(right.isolation).toEqual({ pairs: 2, proved: 1 });
  } finally {
    session.close();
  }
});
