import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmulator } from '../../emulator/index.js';
import { createWire, directorySecretStore } from '../../provisioning/index.js';
import { createProject, type Project, repository, stackFile, terraformInstalled } from './fixture.js';

const root = { accessKey: 'canaryrootaccesskey', secretKey: 'canary-root-secret-key' };
const installed = await terraformInstalled();
if (!installed) console.warn('skipped: cdktf deploy through Terraform, because no terraform binary is installed');

/** Every file below a directory but node_modules. */
function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isSymbolicLink() || entry.name === 'node_modules') return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

describe.skipIf(!installed)('cdktf deploy', () => {
  let project: Project;
  let emulator: Awaited<ReturnType<typeof startEmulator>>;
  const cdktf = join(repository, 'node_modules', '.bin', 'cdktf');

  beforeAll(async () => {
    emulator = await startEmulator({ port: 0, ...root });
    project = await createProject(stackFile('Access.readWrite()'));
  });

  afterAll(async () => {
    await emulator.close();
    await project.remove();
  });

  /** As root sees it: the policies, and everything else as the server prints it, times of change included. */
  async function serverState() {
    const wire = createWire({ endpoint: emulator.endpoint });
    const read = async (path: string, query = {}) => {
      const credentials = { accessKeyId: root.accessKey, secretAccessKey: root.secretKey };
      const { status, body } = await wire.send({ method: 'GET', path, query }, credentials);
      expect([path, status]).toEqual([path, 200]);
      return body.toString('utf8');
    };
    try {
      return {
        policies: JSON.parse(await read('/rustfs/admin/v3/list-canned-policies')) as Record<string, unknown>,
        others: [
          await read('/rustfs/admin/v3/list-users'),
          await read('/rustfs/admin/v3/list-access-keys-bulk', { listType: 'all' }),
          await read('/'),
        ],
      };
    } finally {
      wire.close();
    }
  }

  const deploy = () =>
    project.run(cdktf, ['deploy', 'storage', '--auto-approve'], {
      RUSTFS_ENDPOINT: emulator.endpoint,
      RUSTFS_ACCESS_KEY: root.accessKey,
      RUSTFS_SECRET_KEY: root.secretKey,
    });

  test('provisions and verifies', async () => {
    const { exitCode, stdout } = await deploy();
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('0 contradictions')]);
    expect(stdout).toContain('2 components, 2 buckets, 2 access keys');
  });

  test('a changed policy in the stack runs the step again, and only that policy changes on the server', async () => {
    writeFileSync(join(project.directory, 'main.ts'), stackFile('Access.readOnly()'));
    const before = await serverState();
    const { exitCode } = await deploy();
    expect(exitCode).toBe(0);
    const after = await serverState();
    expect(Object.keys(after.policies)).toEqual(Object.keys(before.policies));
    const changed = Object.keys(after.policies).filter(
      (name) => JSON.stringify(after.policies[name]) !== JSON.stringify(before.policies[name]),
    );
    expect(changed).toEqual(['web-storage']);
    expect(after.others).toEqual(before.others);
    expect(JSON.stringify(before.policies['web-storage'])).toContain('s3:PutObject');
    expect(JSON.stringify(after.policies['web-storage'])).not.toContain('s3:PutObject');
  });

  test('no secret is in the synthesized files, plan, state, logs or reports', async () => {
    const entry = await directorySecretStore(join(project.directory, 'secrets', 'storage')).read('web');
    const secrets = [root.secretKey, entry?.current.secretAccessKey ?? ''];
    expect(secrets[1]).toMatch(/^.{40}$/);
    const outside = filesBelow(project.directory).filter(
      (file) => !file.startsWith(join(project.directory, 'secrets')),
    );
    expect(outside.some((file) => file.endsWith('.tfstate'))).toBe(true);
    for (const file of outside) {
      const text = readFileSync(file, 'latin1');
      for (const secret of secrets) expect([file, text.includes(secret)]).toEqual([file, false]);
    }
  });
});
