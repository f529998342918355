import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const INSTALL_TIMEOUT_MS = 300_000;

const program = `
const app = Testing.app();
const stack = new TerraformStack(app, 'consumer');
const server = RustFs.external(stack, 'rustfs', { endpoint: 'http://127.0.0.1:9000' });
const component = new ComponentStorage(stack, 'web', { server, buckets: ['assets'], access: Access.readOnly() });
const names: readonly string[] = component.buckets.map((bucket) => bucket.bucketName);
const verdict: Decision = evaluate(
  { kind: 'user', accessKey: 'web-svc', policies: [{ name: 'web-storage', document: accessPolicy(Access.readOnly(), ['web-assets']) }] },
  { action: 's3:PutObject', bucket: 'web-assets', key: 'a' },
);
const format: number = MANIFEST_VERSION;
console.log(JSON.stringify({ names, allowed: verdict.allowed, format, emulator: typeof startEmulator, verify: typeof verify }));
`;

const imports = `
import { Testing, TerraformStack } from 'cdktf';
import { Access, ComponentStorage, RustFs } from 'cdktf-rustfs';
import { accessPolicy, evaluate, type Decision } from 'cdktf-rustfs/policies';
import { MANIFEST_VERSION } from 'cdktf-rustfs/manifest';
import { verify } from 'cdktf-rustfs/provisioning';
import { startEmulator } from 'cdktf-rustfs/emulator';
`;

const compilerOptions = { target: 'es2022', strict: true, skipLibCheck: true, types: ['node'], outDir: 'out' };

describe('the packed tarball in the hands of a TypeScript consumer', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-consumer-'));
    const { stdout } = await execa('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], {
      cwd: root,
    });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    await writeFile(join(directory, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
    await execa(
      'npm',
      [
        'install',
        '--no-audit',
        '--no-fund',
        '--prefer-offline',
        `./${filename}`,
        'cdktf@0.21.0',
        'constructs@10.7.2',
        'typescript@5.9.3',
        '@types/node@20.19.43',
      ],
      { cwd: directory },
    );
  }, INSTALL_TIMEOUT_MS);

  afterAll(() => rm(directory, { recursive: true, force: true }));

  const expected = { names: ['web-assets'], allowed: false, format: 1, emulator: 'function', verify: 'function' };

  async function compileAndRun(name: string, options: Record<string, string>, extension: 'mts' | 'ts') {
    await writeFile(join(directory, `${name}.${extension}`), imports + program);
    await writeFile(
      join(directory, `tsconfig.${name}.json`),
      JSON.stringify({ compilerOptions: { ...compilerOptions, ...options }, files: [`${name}.${extension}`] }),
    );
    await execa('npx', ['--no-install', 'tsc', '-p', `tsconfig.${name}.json`], { cwd: directory });
    const { stdout } = await execa(process.execPath, [`out/${name}.${extension === 'mts' ? 'mjs' : 'js'}`], {
      cwd: directory,
    });
    return JSON.parse(stdout) as unknown;
  }

  test('ECMAScript modules', async () => {
    expect(await compileAndRun('esm', { module: 'nodenext', moduleResolution: 'nodenext' }, 'mts')).toEqual(expected);
  });

  test('CommonJS with classic Node resolution', async () => {
    expect(await compileAndRun('cjs', { module: 'commonjs', moduleResolution: 'node10' }, 'ts')).toEqual(expected);
  });

  test('the CLI is installed and knows its version', async () => {
    const { stdout } = await execa('npx', ['--no-install', 'cdktf-rustfs', '--version'], { cwd: directory });
    expect(stdout).toBe('0.1.0');
  });

  test('the JSON Schema of the manifest is part of the package', async () => {
    const { stdout } = await execa(process.execPath, ['-p', "require('cdktf-rustfs/manifest.schema.json').title"], {
      cwd: directory,
    });
    expect(stdout).toBe('cdktf-rustfs manifest');
  });
});
