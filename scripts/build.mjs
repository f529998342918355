// Compiles the library and the CLI to dist/, unless dist/ already is what these sources compile to.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ROOMS = [
  'policies',
  'observability',
  'manifest',
  'proofs',
  'constructs',
  'environments',
  'stacks',
  'provisioning',
  'report',
  'emulator',
  'gateway',
  'seaweedfs',
  'cli',
];

function* files(path) {
  for (const entry of readdirSync(join(root, path), { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) yield* files(child);
    else yield child;
  }
}

/** Files that the compiler does not copy. */
const assets = () => ['manifest/manifest.schema.json', ...files(join('report', 'html', 'page'))];

function fingerprint() {
  const hash = createHash('sha256');
  const inputs = [
    'index.ts',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/bundle-gateway.mjs',
    ...ROOMS.flatMap((room) => [...files(room)]),
  ];
  for (const file of inputs) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function execNode(args) {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

export function build() {
  const dist = join(root, 'dist');
  const stamp = join(dist, '.sources.sha256');
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('compiling …');
  rmSync(dist, { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execNode([tsc, '-p', join(root, 'tsconfig.build.json')]);
  for (const file of assets()) {
    mkdirSync(join(dist, dirname(file)), { recursive: true });
    copyFileSync(join(root, file), join(dist, file));
  }
  execNode([join(root, 'scripts', 'bundle-gateway.mjs')]);
  writeFileSync(stamp, wanted);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) build();
