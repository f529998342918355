import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ComponentStorage, RustFs } from '../../constructs/index.js';
import { type Manifest, parseManifest } from '../../manifest/index.js';
import type { PolicyStatement } from '../../policies/index.js';
import { proveManifest } from '../../proofs/index.js';
import { applicationStorage } from '../../stacks/components.js';
import { written } from '../constructs/fixture.js';
import { createWorld, type World } from '../provisioning/fixture.js';

/** For each component, a bucket of another one and what would be added to its policy by hand. */
const WIDENED: readonly (readonly [component: string, foreign: string, action: string, key: string])[] = [
  ['langfuse', 'loki-chunks', 's3:GetObject', 'x'],
  ['litellm', 'obot-workspaces', 's3:ListBucket', ''],
  ['loki', 'talos-backups', 's3:DeleteObject', 'x'],
  ['mcpgateway', 'langfuse-media', 's3:GetObject', 'x'],
  ['obot', 'litellm-cache', 's3:PutObject', 'x'],
  ['talos', 'mcpgateway-postgres-backups', 's3:ListBucket', ''],
];

const statement = (foreign: string, action: string, key: string): PolicyStatement => ({
  Effect: 'Allow',
  Action: [action],
  Resource: [`arn:aws:s3:::${foreign}${key ? '/*' : ''}`],
});

/** The six components, one of them widened; synthesized with or without the checks. */
function synthesized(endpoint: string, widen?: (stack: TerraformStack) => void, skipValidation = false): Manifest {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdktf-rustfs-synth-')), skipValidation });
  const stack = new TerraformStack(app, 'test');
  applicationStorage(stack, RustFs.external(stack, 'rustfs', { endpoint }));
  widen?.(stack);
  return parseManifest(JSON.stringify(written(app, 'test').manifest));
}

test('all 30 ordered pairs of the six components are proved isolated', () => {
  const { isolation, problems, buckets } = proveManifest(synthesized('http://127.0.0.1:9000'));
  expect(isolation).toEqual({ pairs: 30, proved: 30 });
  expect(problems).toEqual([]);
  expect(buckets).toHaveLength(6 * 12);
});

describe('widening one of them by hand', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.close());

  test.each(WIDENED)(
    '%s on %s fails the synthesis with a request that the emulator allows',
    async (name, foreign, action, key) => {
      const widen = (stack: TerraformStack) =>
        (stack.node.findChild(name) as ComponentStorage).policy.addStatements(statement(foreign, action, key));
      const owner = foreign.split('-')[0];
      const resource = `${foreign}${key ? `/${key}` : ''}`;
      expect(() => synthesized(world.endpoint, widen)).toThrow(
        `${name}-svc could ${action} ${resource} because ${name}-storage allows ${action} on arn:aws:s3:::${foreign}${key ? '/*' : ''}; ` +
          `narrow ${name}-storage, declare shareWith: ['${name}'] on ${owner}, or give the reason in exceptions`,
      );

      const manifest = synthesized(world.endpoint, widen, true);
      const proof = proveManifest(manifest);
      expect(proof.isolation).toEqual({ pairs: 30, proved: 29 });
      const found = proof.buckets.find(({ result }) => result === 'counterexample')?.counterexample?.request;
      expect(found).toEqual({ action, bucket: foreign, ...(key ? { key } : {}) });

      const allowed = (path: string) => world.asKey(name, METHODS[action] ?? 'GET', path);
      await world.applyManifest(synthesized(world.endpoint));
      expect((await allowed(`/${resource}`)).status).toBe(403);
      await world.applyManifest(manifest);
      expect([200, 204, 404]).toContain((await allowed(`/${resource}`)).status);
    },
  );
});

const METHODS: Readonly<Record<string, string>> = {
  's3:DeleteObject': 'DELETE',
  's3:PutObject': 'PUT',
};
