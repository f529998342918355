import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { createWire, directorySecretStore } from '../../provisioning/index.js';
import { createProject, type Project, repository, terraformInstalled } from './fixture.js';

const root = { accessKey: 'environmentsroot', secretKey: 'environments-root-secret' };
const installed = await terraformInstalled();
if (!installed) console.warn('skipped: environments with remote state, because no terraform binary is installed');
const script = join(repository, 'examples', 'ci', 'environment.sh');

const mainFile = (state: string, storage: string) => `
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { Access, ComponentStorage, RemoteState, RemoteStateBucket, RustFs } from 'cdktf-rustfs';

const app = new App();
const states = new TerraformStack(app, 'remote-state');
new LocalBackend(states, { path: '../../../remote-state.tfstate' });
new RemoteStateBucket(states, 'state', {
  server: RustFs.external(states, 'rustfs', { endpoint: '${state}' }),
  stacks: ['storage-dev', 'storage-production'],
});
for (const name of ['dev', 'production']) {
  const stack = new TerraformStack(app, 'storage-' + name);
  new RemoteState(stack, { endpoint: '${state}' });
  const server = RustFs.external(stack, 'rustfs', { endpoint: '${storage}' });
  new ComponentStorage(stack, 'web', { server, buckets: ['assets'], access: Access.readWrite() });
}
app.synth();
`;

describe.skipIf(!installed)('environments whose state is on an S3 server', () => {
  let project: Project;
  let state: Emulator;
  let storage: Emulator;
  let stateKey: Record<string, string>;

  const rootCredentials = { RUSTFS_ACCESS_KEY: root.accessKey, RUSTFS_SECRET_KEY: root.secretKey };
  const cdktfRustfs = (...args: string[]) => project.run('npx', ['cdktf-rustfs', ...args], rootCredentials);
  const environment = (args: readonly string[], variables: Record<string, string> = {}) =>
    project.run('sh', [script, ...args], {
      ...rootCredentials,
      ...stateKey,
      // What "cdktf synth" does, without its start-up time.
      SYNTH: `node ${join(repository, 'node_modules', 'tsx', 'dist', 'cli.mjs')} main.ts`,
      ...variables,
    });
  /** A request to the state's server. */
  async function send(method: string, key: string, body = '') {
    const wire = createWire({ endpoint: state.endpoint });
    try {
      return await wire.send(
        { method, path: `/terraform-state/${key}`, body: Buffer.from(body) },
        { accessKeyId: root.accessKey, secretAccessKey: root.secretKey },
      );
    } finally {
      wire.close();
    }
  }

  beforeAll(async () => {
    [state, storage] = await Promise.all([startEmulator({ port: 0, ...root }), startEmulator({ port: 0, ...root })]);
    project = await createProject(mainFile(state.endpoint, storage.endpoint));
    await environment(['plan', 'none'], { TERRAFORM: 'true' });
    const manifest = 'cdktf.out/stacks/remote-state/manifest.json';
    const applied = await cdktfRustfs('apply', '--manifest', manifest, '--yes', '--verify');
    expect([applied.exitCode, applied.stdout]).toEqual([0, expect.stringContaining('0 contradictions')]);
    const entry = await directorySecretStore(join(project.directory, 'secrets', 'remote-state')).read(
      'state-storage-dev',
    );
    stateKey = {
      AWS_ACCESS_KEY_ID: entry?.current.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: entry?.current.secretAccessKey ?? '',
    };
  });
  afterAll(async () => {
    await Promise.all([state.close(), storage.close()]);
    await project.remove();
  });

  test('plan says what would change, apply does it, and then there is nothing to change', async () => {
    const before = await environment(['plan', 'dev']);
    expect([before.exitCode, before.stdout]).toEqual([2, expect.stringContaining('+ bucket web-assets')]);
    const applied = await environment(['apply', 'dev']);
    expect([applied.exitCode, applied.stdout]).toEqual([0, expect.stringContaining('0 contradictions')]);
    const after = await environment(['plan', 'dev']);
    expect([after.exitCode, after.stdout]).toEqual([0, expect.stringContaining('No changes.')]);
  });

  test('the state is in the bucket without any secret, the lock is gone, and nothing is left here', async () => {
    const { status, body } = await send('GET', 'storage-dev/terraform.tfstate');
    expect(status).toBe(200);
    expect(JSON.parse(body.toString('utf8'))).toMatchObject({ resources: [{ name: 'provisioning' }] });
    for (const secret of [root.secretKey, stateKey.AWS_SECRET_ACCESS_KEY ?? ''])
      expect(body.toString('utf8')).not.toContain(secret);
    expect((await send('GET', 'storage-dev/terraform.tfstate.tflock')).status).toBe(404);
    expect(existsSync(join(project.directory, 'terraform.storage-dev.tfstate'))).toBe(false);
  });

  test('the key of one environment does not get at the state of another', async () => {
    const { exitCode, stderr } = await environment(['plan', 'production']);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('AccessDenied')]);
  });

  test('while somebody else has the lock, apply fails and names who', async () => {
    const lock = {
      ID: 'b7c1',
      Operation: 'OperationTypeApply',
      Who: 'somebody@elsewhere',
      Created: '2026-01-01T00:00:00Z',
    };
    expect((await send('PUT', 'storage-dev/terraform.tfstate.tflock', JSON.stringify(lock))).status).toBe(200);
    const { exitCode, stderr } = await environment(['apply', 'dev'], { LOCK_TIMEOUT: '0s' });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Error acquiring the state lock')]);
    expect(stderr).toContain('somebody@elsewhere');
    expect((await send('DELETE', 'storage-dev/terraform.tfstate.tflock')).status).toBe(204);
    expect((await environment(['apply', 'dev'])).exitCode).toBe(0);
  });

  test('wrong arguments are told', async () => {
    const usage = await environment(['plan']);
    expect([usage.exitCode, usage.stderr]).toEqual([1, `usage: ${script} plan|apply ENVIRONMENT`]);
    const unknown = await environment(['plan', 'moon']);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain(
      'no stack storage-moon: expected one of remote-state storage-dev storage-production',
    );
  });
});

test('the workflow plans and applies with the script, production after staging', () => {
  interface Job {
    readonly needs?: string;
    readonly environment: string;
    readonly env: Record<string, string>;
    readonly strategy?: { readonly matrix: { readonly environment: readonly string[] } };
    readonly steps: readonly { readonly run?: string }[];
  }
  const text = readFileSync(join(repository, 'examples', 'ci', 'environments.yml'), 'utf8');
  const { jobs } = parse(text) as { jobs: Record<string, Job> };
  expect(Object.keys(jobs)).toEqual(['plan', 'staging', 'production']);
  expect(jobs.plan?.strategy?.matrix.environment).toEqual(['staging', 'production']);
  expect([jobs.staging?.needs, jobs.production?.needs]).toEqual([undefined, 'staging']);
  for (const name of ['staging', 'production']) {
    expect(jobs[name]?.environment).toBe(name);
    expect(Object.keys(jobs[name]?.env ?? {})).toEqual(['SOPS_AGE_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
    expect(jobs[name]?.steps.map(({ run }) => run)).toContain('./examples/ci/environment.sh apply "$GITHUB_JOB"');
  }
});
