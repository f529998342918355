import { describe, expect, test } from 'vitest';
import { extraEnvironmentPart } from '../../../constructs/environment/extra.js';

describe('extraEnvironment', () => {
  test('passes what is not known, and says so', () => {
    expect(extraEnvironmentPart({ RUSTFS_NO_SUCH_VARIABLE: 'strict' })).toEqual({
      problems: [],
      part: {
        environment: { RUSTFS_NO_SUCH_VARIABLE: 'strict' },
        warnings: [
          'extraEnvironment sets RUSTFS_NO_SUCH_VARIABLE, which this toolkit does not know: nobody checks whether it has an effect in this version',
        ],
      },
    });
  });

  test.each([
    ['RUSTFS_REGION', 'this variable is known; set region'],
    ['RUSTFS_SCANNER_SPEED', 'this variable is known; set settings.scanner.speed'],
    ['RUSTFS_INTERNODE_PREWARM', 'this variable is known; set settings.internode.prewarm of a RustFsCluster'],
    [
      'RUSTFS_STARTUP_TOPOLOGY_WAIT_TIMEOUT',
      'this variable is known; it is not offered: nodes of a RustFsCluster are told their name, so their start looks up none',
    ],
    ['RUSTFS_API_RATE_LIMIT_ENABLE', 'this variable is known; it follows from `settings.rateLimit`'],
    [
      'RUSTFS_HEALTH_ENDPOINT_ENABLE',
      'this variable is known; it is not offered: the healthcheck of the container and provisioning need /health/ready',
    ],
    ['RUSTFS_ENABLE_HEAL', 'this variable is known; set settings.heal.enabled'],
    [
      'RUSTFS_NO_SUCH_SIGNING_KEY',
      "the name looks like a secret, and the environment is in Terraform's state; give RustFS a file",
    ],
    ['MINIO_BROWSER', 'RustFS only copies some of these names; use that of RustFS, RUSTFS_…'],
    ['rustfs-x', 'expected a name of capitals, digits and "_"'],
  ])('refuses %s', (name, problem) =>
    expect(extraEnvironmentPart({ [name]: 'x' }).problems).toEqual([`extraEnvironment ${name}: ${problem}`]),
  );

  test('refuses more than one line', () => {
    expect(extraEnvironmentPart({ RUSTFS_X: 'a\nb' }).problems).toEqual([
      'extraEnvironment RUSTFS_X: expected one line',
    ]);
  });
});
