/** Recorded answers of three gateways with a good configuration. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IS_NEWER_WEED } from '../support/weed.js';
import vectors from '../vectors/answers.json' with { type: 'json' };
import { type Lab, openLab } from './lab.js';
import { type Answer, type Fleet, requestOf } from './requests.js';

const recorded = Object.entries(vectors.answers as unknown as Record<string, { request: string; answer: Answer }>);

let lab: Lab;
let fleet: Fleet;
beforeAll(async () => {
  lab = await openLab();
  const input = { iamConfig: JSON.stringify(lab.here(vectors.good)) };
  fleet = { lab, gateways: [await lab.start(input), await lab.start(input), await lab.start(input)] };
});
afterAll(async () => {
  for (const gateway of fleet.gateways) await gateway.close();
  await lab.close();
});

/** See {@link IS_NEWER_WEED}. */
const NEWER: Readonly<Record<string, Answer>> = {
  'session.bearer': [403, 'AccessDenied'],
  'session.derived-from-token': [403, 'SignatureDoesNotMatch'],
  'token.no-exp': [400, 'InvalidParameterValue'],
  'iam.list-roles': [200, 'OK'],
};

describe('recorded answers', () => {
  const replayed = recorded.filter(([id]) => requestOf(id) !== undefined);

  test.each(replayed)('%s', async (id, { answer, request }) => {
    const sent = await requestOf(id)?.(fleet);
    expect(sent?.answer, `${request}: ${sent?.body}`).toEqual((IS_NEWER_WEED && NEWER[id]) || answer);
  });

  test('as many as docs/seaweedfs.md says', () => {
    expect(replayed).toHaveLength(223);
  });
});
