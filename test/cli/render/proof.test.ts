import { expect, test } from 'vitest';
import { renderProof } from '../../../cli/render/proof.js';
import { accessOf, answersOf, manifestOf } from '../../report/fixture.js';

test.each([
  [0, '4 components, 6 buckets, 4 access keys'],
  [3, '4 components, 6 buckets, 4 access keys, 3 sessions'],
])('%i sessions are told apart from access keys', (sessions, total) => {
  const manifest = manifestOf();
  const proof = accessOf(manifest, answersOf(manifest));
  const text = renderProof({ ...proof, accessKeys: proof.accessKeys + sessions }, manifest, sessions);
  expect(text.split('\n')).toContain(total);
});
