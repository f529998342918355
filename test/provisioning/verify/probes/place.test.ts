import { expect, test } from 'vitest';
import { placesOf, probeKey, sweepPrefix } from '../../../../provisioning/verify/probes/place.js';
import { declaredPrincipal, rightsFactory } from '../../../../provisioning/verify/rights.js';
import { threeComponents } from '../world.js';

function places(...resources: string[]) {
  const manifest = threeComponents('http://127.0.0.1:9000', '1.0.1');
  for (const { document } of manifest.policies) {
    document.Statement = [
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: resources.map((resource) => `arn:aws:s3:::${resource}`) },
    ];
  }
  const rights = rightsFactory(manifest, 'http://127.0.0.1:9000')(declaredPrincipal(manifest, 'web', 'AKIDPROBE'));
  return placesOf(rights, 'web-assets').map(({ base, suffix }) => [base, suffix]);
}

test('the whole bucket is always a place, and comes first', () => {
  expect(places('backup-dumps/*')).toEqual([['', '']]);
  expect(places('web-assets', 'web-assets/*', '*')).toEqual([['', '']]);
});

test('what comes before and after a wildcard is a place', () => {
  expect(places('web-assets/home/*', 'web-*/logs/*.txt', '*/tmp/a*b*c?')).toEqual([
    ['', ''],
    ['home/', ''],
    ['logs/', '.txt'],
    ['tmp/a', 'bcx'],
  ]);
});

test("the identity's own name is filled in", () => {
  expect(places('web-assets/${aws:username}/*')).toEqual([
    ['', ''],
    ['web-svc/', ''],
  ]);
});

test("a pattern without a star may be somebody's object, so it is none", () => {
  expect(
    places('web-assets/report.csv', 'web-assets/report-?.csv', 'web-assets/y?/*', 'web-assets/${aws:userid2}/*'),
  ).toEqual([['', '']]);
});

test('keys carry the reserved prefix and match the pattern that they come from', () => {
  const place = { base: 'logs/', suffix: '.txt' };
  expect(probeKey(place, 'f00d', 'web')).toBe('logs/.cdktf-rustfs-probe/f00d/web.txt');
  expect(sweepPrefix(place)).toBe('logs/.cdktf-rustfs-probe/');
});
