import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RustFs } from '../../constructs/index.js';
import { deployedVersion } from '../../constructs/version-change.js';
import type { RustFsVersion } from '../../policies/index.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-version-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const STACK = 'version-change-test';

/** Warnings about the version, of a stack that was synthesized with another one before. */
function warnings(version: RustFsVersion, before?: string): string[] {
  const stackDir = join(directory, 'stacks', STACK);
  mkdirSync(stackDir, { recursive: true });
  if (before) writeFileSync(join(stackDir, 'manifest.json'), JSON.stringify({ server: { rustfsVersion: before } }));
  const stack = new TerraformStack(new App({ outdir: directory }), STACK);
  const server = RustFs.external(stack, 'rustfs', { endpoint: 'http://127.0.0.1:9000', version });
  const notes = server.node.findAll().flatMap(({ node }) => node.metadata);
  return notes.flatMap(({ type, data }) =>
    type === '@cdktf/warn' && /RustFS changes/.test(String(data)) ? [String(data)] : [],
  );
}

test('a changed version says which preflight to run', () => {
  expect(warnings('1.0.1', '1.0.0-beta.7')).toEqual([
    'RustFS changes from 1.0.0-beta.7 to 1.0.1: before you deploy, let "cdktf-rustfs preflight --from 1.0.0-beta.7 --to 1.0.1 ' +
      '--manifest <this stack\'s manifest.json>" say what that breaks on this server, and repair it (docs/upgrades.md)',
  ]);
});

test.each([
  ['the first synthesis', undefined],
  ['the same version', '1.0.1'],
  ['a version that is not known', '0.9.0'],
])('%s says nothing', (_, before) => {
  expect(warnings('1.0.1', before)).toEqual([]);
});

test("what Terraform's state says is deployed counts, however often the new version was synthesized since", () => {
  const state = join(directory, 'terraform.tfstate');
  const manifest = join(directory, 'manifest.json');
  writeFileSync(manifest, JSON.stringify({ server: { rustfsVersion: '1.0.1' } }, null, 2));
  expect(deployedVersion({ state, manifest })).toBe('1.0.1');
  writeFileSync(
    state,
    JSON.stringify({ resources: [{ instances: [{ attributes: { name: 'rustfs/rustfs:1.0.0-beta.7' } }] }] }),
  );
  expect(deployedVersion({ state, manifest })).toBe('1.0.0-beta.7');
});
