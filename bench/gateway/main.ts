// `npm run bench:gateway`: the reference gateway beside haproxy and nginx with the configuration generated from the same settings,
// and beside no proxy at all. Small requests by wrk, bodies of 64 MiB by curl. Everything shares the machine's cores.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { median } from '../statistics.js';
import { download, requestsPerSecond, SIZE, upload } from './load.js';
import { type Running, startProxies, startUpstreams } from './processes.js';

const ROUNDS = 3;
const SMALL_SECONDS = 3;
const TRANSFERS = 5;
const PARALLEL = 4;

interface Row {
  readonly name: string;
  readonly small: number;
  readonly put: number;
  readonly get: number;
  readonly puts: number;
  readonly memory: number | undefined;
}

function requireTools(): void {
  const missing = ['nginx', 'haproxy', 'wrk', 'curl'].filter(
    (tool) => execaSync('which', [tool], { reject: false }).exitCode !== 0,
  );
  if (missing.length === 0) return;
  console.error(`this benchmark needs ${missing.join(', ')}: apt-get install nginx-light haproxy wrk curl`);
  process.exit(1);
}

async function measure({ name, small, large, memory }: Running, file: string): Promise<Row> {
  await requestsPerSecond(small, 1); // connections, caches and the JIT
  const rps = await requestsPerSecond(small, SMALL_SECONDS);
  const typical = async (transfer: () => Promise<number>) => {
    const rates: number[] = [];
    for (let n = 0; n < TRANSFERS; n++) rates.push(await transfer());
    return median(rates);
  };
  const together = async () => {
    const start = performance.now();
    await Promise.all(Array.from({ length: PARALLEL }, () => upload(large, file)));
    return (PARALLEL * SIZE) / 1024 / 1024 / ((performance.now() - start) / 1000);
  };
  const put = await typical(() => upload(large, file));
  const get = await typical(() => download(large));
  return { name, small: rps, put, get, puts: await typical(together), memory: memory() };
}

/** What else the machine does only ever slows. */
function bestRow(rows: readonly Row[]): Row {
  const [first] = rows as readonly [Row];
  const of = (value: (row: Row) => number) => Math.max(...rows.map(value));
  return {
    ...{ name: first.name, memory: rows.at(-1)?.memory },
    ...{
      small: of((row) => row.small),
      put: of((row) => row.put),
      get: of((row) => row.get),
      puts: of((row) => row.puts),
    },
  };
}

function table(rows: readonly Row[]): string {
  const cells = rows.map(({ name, small, put, get, puts, memory }) => [
    name,
    String(Math.round(small)),
    ...[put, get, puts].map((rate) => String(Math.round(rate))),
    memory === undefined ? '' : String(Math.round(memory / 1024)),
  ]);
  const head = ['', 'small GET/s', 'PUT MiB/s', 'GET MiB/s', `${PARALLEL} PUTs MiB/s`, 'peak MiB'];
  return [head, head.map((_, n) => (n === 0 ? '---' : '--:')), ...cells]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

requireTools();
const directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-bench-'));
const stops: (() => Promise<void>)[] = [];
try {
  const upstreams = await startUpstreams(directory, stops);
  const file = join(directory, 'body');
  await writeFile(file, Buffer.alloc(SIZE, 7));
  const candidates = [upstreams, ...(await startProxies(directory, upstreams, stops))];
  // In turns, so that what else the machine does meets all of them.
  const rounds: Row[][] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    process.stderr.write(`round ${round} of ${ROUNDS}\n`);
    const rows: Row[] = [];
    for (const candidate of candidates) rows.push(await measure(candidate, file));
    rounds.push(rows);
  }
  const rows = candidates.map((_, n) => bestRow(rounds.map((round) => round[n] as Row)));
  const [cpu] = cpus();
  console.log(
    `${cpus().length} × ${cpu?.model ?? 'CPU'}, Node ${process.versions.node}; load, proxy and upstream share the cores; best of ${ROUNDS} rounds\n`,
  );
  console.log(table(rows));
} finally {
  for (const stop of stops.reverse()) await stop();
  await rm(directory, { recursive: true, force: true });
}
