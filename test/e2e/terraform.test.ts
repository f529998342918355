import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmulator } from '../../emulator/index.js';
import { directorySecretStore } from '../../provisioning/index.js';
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
  let writes: string[] = [];
  const cdktf = join(repository, 'node_modules', '.bin', 'cdktf');

  beforeAll(async () => {
    emulator = await startEmulator({
      port: 0,
      ...root,
      onRequest: ({ method, path }) =>
        void (method !== 'GET' && path.startsWith('/rustfs/admin') && writes.push(`${method} ${path}`)),
    });
    project = await createProject(stackFile('Access.readWrite()'));
  }, 60_000);

  afterAll(async () => {
    await emulator.close();
    await project.remove();
  });

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
  }, 120_000);

  test('a changed policy in the stack runs the step again, and only that policy changes on the server', async () => {
    writeFileSync(join(project.directory, 'main.ts'), stackFile('Access.readOnly()'));
    writes = [];
    const { exitCode } = await deploy();
    expect(exitCode).toBe(0);
    const changes = writes.filter((request) => !request.includes('remove-user'));
    expect(changes).toEqual(['PUT /rustfs/admin/v3/add-canned-policy']);
  }, 120_000);

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
