import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { RULE_IDS, RUSTFS_VERSIONS, VERSION_RULES, type VersionRule } from '../../policies/index.js';
import { IDENTITY_RULES } from '../../policies/version-rules/identities.js';
import { POLICY_RULES } from '../../policies/version-rules/policies.js';
import { SERVER_RULES } from '../../policies/version-rules/server.js';
import { STORAGE_RULES } from '../../policies/version-rules/storage.js';

const UP = '1.0.1';
const DOWN = '1.0.0-beta.7';
const vectors = (file: string) => fileURLToPath(new URL(`../contract/vectors/${UP}/${file}.json`, import.meta.url));
/** Recordings that are too large or too volatile to replay here. */
const ELSEWHERE = new Set(['10-kms', '12-kms-first', '13-oidc', '14-notify']);

const cell = (text: string) => text.replaceAll('|', String.raw`\|`);

function consequence({ to }: VersionRule, version: typeof UP | typeof DOWN): string {
  const { severity, fix } = to[version] ?? {};
  return severity === undefined ? 'nothing' : `**${severity.replace('-', ' ')}**: ${fix}`;
}

const section = (title: string, rules: Readonly<Record<string, VersionRule>>) =>
  [
    `## ${title}`,
    '',
    `| rule | ${DOWN} | ${UP} | going to ${UP} | going to ${DOWN} | source |`,
    '|---|---|---|---|---|---|',
    ...Object.entries(rules).map(
      ([id, rule]) =>
        `| \`${id}\`<br>${cell(rule.title)} | ${cell(rule.does[DOWN])} | ${cell(rule.does[UP])} | ${cell(consequence(rule, UP))} | ${cell(consequence(rule, DOWN))} | ${cell(rule.source)} |`,
    ),
    '',
  ].join('\n');

test('docs/upgrade-rules.md is the table (vitest -u writes it anew)', async () => {
  const text = [
    '# What RustFS versions do differently',
    '',
    '<!-- Written by test/policies/version-rules.test.ts from policies/version-rules/: change it there. -->',
    '',
    '`recorded: <file> <step>` are requests that were sent to both versions; `observed` was tried on a running 1.0.1; the rest is read',
    "from RustFS' source (file names below `crates/` or `rustfs/src/`). How to use this: [upgrades.md](upgrades.md).",
    '',
    section('Policies', POLICY_RULES),
    section('Identities and sign-in', IDENTITY_RULES),
    section('Encryption and buckets', STORAGE_RULES),
    section('Clients, network, start', SERVER_RULES),
  ].join('\n');
  await expect(text).toMatchFileSnapshot('../../docs/upgrade-rules.md');
});

describe.each(RULE_IDS)('%s', (id) => {
  const { source, to, value, title } = VERSION_RULES[id];

  test('has a source, and recordings that it cites exist', () => {
    expect(source).not.toBe('');
    for (const [, file = '', steps = ''] of source.matchAll(/(\d\d-[a-z-]+)((?:,? [a-z0-9-]+)*)/g)) {
      if (ELSEWHERE.has(file)) continue;
      expect([file, existsSync(vectors(file))]).toEqual([file, true]);
      const ids = (JSON.parse(readFileSync(vectors(file), 'utf8')).steps as { id: string }[]).map((step) => step.id);
      for (const step of steps.split(/[, ]+/).filter((one) => one !== '')) expect(ids).toContain(step);
    }
  });

  test('says for at least one direction what it breaks, and never the same value for both versions', () => {
    expect(title).not.toBe('');
    expect(RUSTFS_VERSIONS.filter((version) => to[version] !== undefined).length).toBeGreaterThan(0);
    if (value) expect(value[UP]).not.toBe(value[DOWN]);
  });
});
