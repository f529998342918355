import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { FleetDriver } from '../../../seaweedfs/operations/driver.js';
import { configurationProbe, filerProbe } from '../../../seaweedfs/operations/extra-probes.js';
import type { NotProbed, Observation, ProbeContext } from '../../../seaweedfs/proof/model.js';
import { manifestOf } from '../support/fleet.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const URLS = ['http://127.0.0.1:1', 'http://127.0.0.1:2', 'http://127.0.0.1:3'];

function observed() {
  const observations: Observation[] = [];
  const skipped: NotProbed[] = [];
  const context = {
    manifest: manifestOf({ gateways: URLS, balancer: 'http://127.0.0.1:4' }, 'http://127.0.0.1:9'),
    record: (one: Observation) => observations.push(one),
    skip: (what: string, reason: string) => skipped.push({ what, reason }),
  } as unknown as ProbeContext;
  return { context, observations, skipped };
}

/** @param answer of a filer, as seen on a real one: a listing, or 404 for a directory that does not exist */
async function filer(status: number, body: string, type = 'application/json'): Promise<string> {
  const server: Server = createServer((_, response) => response.writeHead(status, { 'content-type': type }).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([
  ['a policy of a declared name', 200, '{"Entries":[{"FullPath":"/etc/iam/policies/logs-ro.json"}]}', 'logs-ro', false],
  ['a policy of another name', 200, '{"Entries":[{"FullPath":"/etc/iam/policies/other.json"}]}', 'none', true],
  ['no policies', 200, '{"Entries":null}', 'none', true],
  ['no directory', 404, '', 'none', true],
])('filer with %s', async (_, status, body, got, ok) => {
  const { context, observations } = observed();
  await filerProbe(await filer(status, body))(context);
  expect(observations).toMatchObject([{ probe: 'filer-policies', got, ok }]);
});

test('what is no filer, or does not answer, counts as not probed', async () => {
  const { context, observations, skipped } = observed();
  const other = await filer(200, '<html>', 'text/html');
  await filerProbe(other)(context);
  await filerProbe('http://127.0.0.1:9')(context);
  expect(observations).toEqual([]);
  expect(skipped.map(({ reason }) => reason)).toEqual([
    `${other}/etc/iam/policies/?limit=10000 answered 200 without a listing: is this the HTTP port of a filer?`,
    'http://127.0.0.1:9/etc/iam/policies/?limit=10000 does not answer',
  ]);
});

test('a gateway with another iam.config is named', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'fleet-probe-'));
  ends.push(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'iam.json');
  writeFileSync(file, '{}');
  const same = createHash('sha256').update('{}').digest('hex');
  const sums: Readonly<Record<string, string | undefined>> = { 'gateway-1': same, 'gateway-2': 'f'.repeat(64) };
  const driver = { description: 'docker', configSha256: async ({ name }) => sums[name] } as Partial<FleetDriver>;
  const { context, observations, skipped } = observed();
  await configurationProbe(driver as FleetDriver, file)(context);
  expect(observations.map(({ place, ok }) => [place, ok])).toEqual([
    ['gateway-1', true],
    ['gateway-2', false],
  ]);
  expect(skipped).toEqual([{ what: 'configuration of gateway-3', reason: 'docker does not tell it' }]);
});
