import { describe, expect, test } from 'vitest';
import { actionsOfRoles, bridgeUserPolicy, ROLE_TABLE, sessionPolicy } from '../../../gateway/keystone/roles.js';
import {
  evaluate,
  type Principal,
  parsePolicy,
  proveIsolation,
  RUSTFS_VERSIONS,
  type Tenant,
} from '../../../policies/index.js';

const PROJECTS = ['0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdee'];

/** A session as RustFS sees it: the bridge's user, narrowed by the policy of the session. */
function session(roles: readonly string[], project: string, separator: string): Principal {
  const document = sessionPolicy(actionsOfRoles(roles, ROLE_TABLE, true), `${project}${separator}`);
  return {
    ...{ kind: 'session', accessKey: 'ASIA', parentUser: 'keystone-bridge' },
    policies: [{ name: 'keystone-bridge', document: bridgeUserPolicy(separator) }],
    embeddedPolicy: { name: 'session', document },
  };
}

describe.each(RUSTFS_VERSIONS)('session policies, RustFS %s', (version) => {
  test.each(['-', '--', '.'])('no project reaches a bucket of another, proved (separator %s)', (separator) => {
    const tenants = PROJECTS.flatMap((project): Tenant[] =>
      ['admin', 'Member', 'member'].map((role) => ({
        name: `${project} ${role}`,
        subject: { principal: session([role], project, separator) },
        buckets: ['data', PROJECTS[0] ?? ''].map((bucket) => `${project}${separator}${bucket}`),
      })),
    );
    const proofs = proveIsolation(tenants, { version });
    const sameProject = ({ from, to }: { from: string; to: string }) => from.split(' ')[0] === to.split(' ')[0];
    const foreign = proofs.filter((proof) => !sameProject(proof));
    expect(foreign).toHaveLength(6 * 3);
    expect(foreign.filter(({ proof }) => proof.result !== 'proved')).toEqual([]);
    // The proof can fail: within a project the buckets are shared.
    expect(proofs.find(sameProject)?.proof.result).toBe('counterexample');
  });

  test('are policies that RustFS takes', () => {
    for (const role of ['admin', 'Member', 'member']) {
      const policy = sessionPolicy(actionsOfRoles([role], ROLE_TABLE, true), 'p-');
      expect(parsePolicy(policy, { kind: 'iam', version }).ok).toBe(true);
      expect(JSON.stringify(policy).length).toBeLessThan(2048); // longest session policy of RustFS
    }
  });

  test('nobody sees the buckets of all, administers or assumes', () => {
    const admin = session(['admin'], PROJECTS[0] ?? '', '-');
    for (const action of ['s3:ListAllMyBuckets', 'admin:ListUsers', 'sts:AssumeRole', 'kms:Configure'])
      expect([action, evaluate(admin, { action }, { version }).allowed]).toEqual([action, false]);
  });
});

test('rights of several roles add up; unknown roles, and names that objects inherit, give nothing', () => {
  expect(actionsOfRoles(['reader', 'Admin', 'constructor', '__proto__'], ROLE_TABLE, false)).toEqual([]);
  expect(actionsOfRoles(['member', 'admin'], ROLE_TABLE, false)).toEqual(['s3:*']);
  const table = { one: ['s3:PutObject'], two: ['s3:GetObject', 's3:PutObject'], none: null };
  expect(actionsOfRoles(['one', 'two', 'none'], table, false)).toEqual(['s3:GetObject', 's3:PutObject']);
  expect(actionsOfRoles(['one'], table, true)).toEqual(['s3:CreateBucket', 's3:PutObject']);
  expect(actionsOfRoles(['member'], ROLE_TABLE, true)).not.toContain('s3:CreateBucket');
});
