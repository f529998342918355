import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Both ready stacks and a bucket with everything, synthesized as a consumer would. */
const program = `
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { Bucket, Duration, RustFs, Size } from 'cdktf-rustfs';
import { QuickstartStack, RustFsDockerStack } from './node_modules/cdktf-rustfs/dist/stacks/index.js';

const app = new App({ outdir: 'out' });
new QuickstartStack(app, 'quickstart');
new RustFsDockerStack(app, 'rustfs-docker');
const stack = new TerraformStack(app, 'extra');
new LocalBackend(stack, { path: 'terraform.tfstate' });
const server = RustFs.external(stack, 'rustfs', { endpoint: 'http://127.0.0.1:9000' });
new Bucket(stack, 'data', { server, bucketName: 'app-data', versioning: true, quota: Size.gibibytes(1), lifecycle: [{ expireAfter: Duration.days(1) }] });
app.synth();
`;

/** Synthesizes with one library in the place of cdktf and returns the files, without the library's version. */
async function synthesize(library: string): Promise<Record<string, unknown>> {
  const directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-cdktn-'));
  try {
    await writeFile(
      join(directory, 'package.json'),
      JSON.stringify({
        name: 'consumer',
        private: true,
        type: 'module',
        dependencies: { cdktf: library, constructs: '10.7.2', 'cdktf-rustfs': `file:${tarball}` },
        overrides: { '@cdktf/provider-docker': { cdktf: '$cdktf' } },
      }),
    );
    await writeFile(join(directory, 'main.js'), program);
    await execa('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: directory });
    await execa(process.execPath, ['main.js'], { cwd: directory });
    const files = ['quickstart', 'rustfs-docker', 'extra'].flatMap((stack) => [
      `${stack}/cdk.tf.json`,
      `${stack}/manifest.json`,
    ]);
    const contents = await Promise.all(
      files.map(async (file) => {
        const text = await readFile(join(directory, 'out', 'stacks', file), 'utf8');
        return [file, JSON.parse(text.replace(/"version": "0\.2\d\.\d"/, '"version": "any"')) as unknown] as const;
      }),
    );
    return Object.fromEntries(contents);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

let tarball: string;
let directory: string;

describe('CDK Terrain (cdktn) in the place of cdktf', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-pack-'));
    const { stdout } = await execa('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], {
      cwd: root,
    });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    tarball = join(directory, filename);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('synthesizes exactly the same Terraform and manifests', async () => {
    const [cdktf, cdktn] = await Promise.all([synthesize('0.21.0'), synthesize('npm:cdktn@0.24.0')]);
    expect(Object.keys(cdktf)).toHaveLength(6);
    expect(cdktn).toEqual(cdktf);
  }, 300_000);
});
