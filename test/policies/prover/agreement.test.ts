import { expect, test } from 'vitest';
import { type AccessRequest, evaluate, RUSTFS_VERSIONS, type RustFsVersion } from '../../../policies/index.js';
import { proveContained } from '../../../policies/prover/contained.js';
import type { Subject } from '../../../policies/prover/model.js';
import { ACTIONS, BUCKETS, createRandom, randomPair, randomRequest } from './random.js';

const PAIRS = 20_000;
const REQUESTS = 60;

function allows({ principal, bucketPolicies = {} }: Subject, request: AccessRequest, version: RustFsVersion): boolean {
  const bucketPolicy = request.bucket === undefined ? undefined : bucketPolicies[request.bucket];
  return evaluate(principal, request, { version, ...(bucketPolicy ? { bucketPolicy } : {}) }).allowed;
}

test(`prover and evaluator agree on ${PAIRS} random pairs of subjects`, () => {
  const random = createRandom(20_261_124);
  const results = { proved: 0, counterexample: 0, unknown: 0 };
  for (let pair = 0; pair < PAIRS; pair++) {
    const [a, b] = randomPair(random);
    const version = random.pick(RUSTFS_VERSIONS);
    const buckets = random.chance(0.25) ? random.some(BUCKETS, 3) : undefined;
    const proof = proveContained(a, b, { version, actions: ACTIONS, ...(buckets ? { buckets } : {}) });
    results[proof.result]++;
    if (proof.result === 'counterexample') {
      const { request } = proof.counterexample;
      expect([pair, allows(a, request, version), allows(b, request, version)]).toEqual([pair, true, false]);
      expect(buckets ?? [request.bucket]).toContain(request.bucket);
    }
    for (let index = 0; index < REQUESTS; index++) {
      const request = randomRequest(random);
      if (buckets && !buckets.includes(request.bucket ?? '')) continue;
      if (proof.result === 'proved' && allows(a, request, version) && !allows(b, request, version)) {
        expect.fail(`pair ${pair}: proved, but ${JSON.stringify({ request, a, b, version })}`);
      }
    }
  }
  // A prover that proves nothing, or gives up often, agrees with everybody.
  expect(results.proved).toBeGreaterThan(PAIRS / 5);
  expect(results.counterexample).toBeGreaterThan(PAIRS / 5);
  expect(results.unknown).toBeLessThan(PAIRS / 20);
}, 180_000);
