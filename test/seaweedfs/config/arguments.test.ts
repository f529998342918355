import { expect, test } from 'vitest';
import { argumentProblems, gatewayArguments } from '../../../seaweedfs/config/index.js';

const GOOD = gatewayArguments({ filers: ['a:8888', 'b:8888'], port: 8333, iamConfig: '/etc/iam.json' });

test('ours are fine', () => {
  expect(GOOD.slice(0, 3)).toEqual(['s3', '-iam.config=/etc/iam.json', '-filer=a:8888,b:8888']);
  expect(argumentProblems(GOOD)).toEqual([]);
});

test.each([
  // readme.flag.test.config-first and readme.flag.positional: served everybody, without a line in the log.
  [
    ['s3', '-test.config', '-iam.config=f'],
    '"-test.config" is no flag with a value, so weed ignores it and what follows (-iam.config=f): write every argument as -flag=value [readme.flag.positional] [readme.flag.test.config-first]',
  ],
  [
    ['s3', 'stray', '-iam.config=f'],
    '"stray" is no flag with a value, so weed ignores it and what follows (-iam.config=f): write every argument as -flag=value [readme.flag.positional] [readme.flag.test.config-first]',
  ],
  [
    ['s3', '-filer=a:1'],
    '-iam.config is there 0 times: expected once; without it everybody is let in [start.no-iam-config.as-is]',
  ],
  [
    ['s3', '-iam.config=f', '-config=g'],
    '-config beside -iam.config: the identities of the iam.config would be ignored, and a broken one not be fatal; move its identities into the iam.config [start.identities-shadowed-bad-key.as-is] [start.file-missing-with-config.none]',
  ],
  [['s3', '-iam.config=f', '-iam=false'], '-iam=false has no effect: leave it out [start.iam-off.none]'],
  [['filer', '-iam.config=f'], 'the first argument is "filer": expected s3'],
])('%s', (args, problem) => {
  expect(argumentProblems(args)).toEqual([problem]);
});
