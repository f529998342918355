/** A gateway that takes bucket events: it runs before the server that looks for it, and the proof of events goes through it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject, type Project } from './fixture.js';
import { leftRunning, onlyNode, removeWithProcesses, upArguments } from './up.js';

const MAIN = `
import { App, TerraformStack } from 'cdktf';
import { AlknetGateway, Bucket, RustFs } from 'cdktf-rustfs';

const app = new App();
const stack = new TerraformStack(app, 'hooked');
const server = RustFs.external(stack, 'rustfs', { endpoint: process.env.RUSTFS_ENDPOINT ?? 'http://127.0.0.1:9000' });
const gateway = new AlknetGateway(stack, 'gateway', {
  server,
  virtualHosts: ['s3.localhost'],
  tls: { type: 'none' },
  port: 8080,
  webhooks: {},
});
new Bucket(stack, 'inbox', { server }).notify(gateway.eventTarget(), { events: ['s3:ObjectCreated:*'], prefix: 'in/' });
app.synth();
`;

let project: Project;
beforeAll(async () => {
  project = await createProject(MAIN);
});
afterAll(() => removeWithProcesses(project));

test('up proves that events arrive at the gateway, and leaves nothing running', async () => {
  const { exitCode, stdout, stderr } = await project.run(process.execPath, upArguments('hooked'), {
    PATH: await onlyNode(project),
  });
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain('1 event targets, 1 online: 1 events arrived, 1 withheld, as declared');
  expect(leftRunning(project)).toEqual([]);
});
