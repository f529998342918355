import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ask, assumeWithToken, isStsError } from '../proof/client.js';
import type { ProbeContext } from '../proof/model.js';
import type { FleetDriver } from './driver.js';
import { gateGateway } from './gate.js';

type ExtraProbe = (context: ProbeContext) => Promise<void>;

/** Every gateway has mounted the configuration that was rendered last. */
export function configurationProbe(driver: FleetDriver, configFile: string): ExtraProbe {
  return async (context) => {
    const expected = await readFile(configFile).then(
      (content) => createHash('sha256').update(content).digest('hex'),
      () => undefined,
    );
    if (expected === undefined) return context.skip('configuration of the gateways', `${configFile} can't be read`);
    for (const gateway of context.manifest.gateways) {
      const sum = await driver.configSha256(gateway);
      if (sum === undefined) {
        context.skip(`configuration of ${gateway.name}`, `${driver.description} does not tell it`);
        continue;
      }
      context.record({
        probe: 'same-configuration',
        place: gateway.name,
        request: 'SHA-256 of iam.config',
        expected: expected.slice(0, 12),
        got: sum.slice(0, 12),
        ok: sum === expected,
      });
    }
  };
}

/** Clients go on while a gateway is stopped; it is started again whatever happens. */
export function failoverProbe(driver: FleetDriver, readyTimeoutMs = 60_000): ExtraProbe {
  return async (context) => {
    const gateway = context.manifest.gateways.at(-1);
    const balancer = context.places.find(({ kind }) => kind === 'balancer');
    if (gateway === undefined || balancer === undefined) return;
    await driver.stop(gateway);
    try {
      for (let turn = 0; turn < context.repeats.balancer; turn += 1) {
        const signed = await ask(balancer.wire, { method: 'GET', path: '/' }, context.admin);
        record(context, `GET / while ${gateway.name} is stopped`, '200', signed.text, signed.status === 200);
        const junk = await assumeWithToken(balancer.wire, 'arn:aws:iam::role/probe', 'junk');
        record(context, `STS while ${gateway.name} is stopped`, '403 of STS', junk.text, isStsError(junk));
      }
    } finally {
      await driver.start(gateway);
      await gateGateway(gateway, context.admin, readyTimeoutMs);
    }
  };
}

function record(context: ProbeContext, request: string, expected: string, got: string, ok: boolean): void {
  context.record({ probe: 'failover', place: 'balancer', request, expected, got, ok });
}

const FILER_TIMEOUT_MS = 10_000;
const POLICY_DIR = '/etc/iam/policies';

/** No policy on the filer has the name of a declared one. @param filer such as `http://127.0.0.1:8888` */
export function filerProbe(filer: string): ExtraProbe {
  return async (context) => {
    const url = `${filer.replace(/\/$/, '')}${POLICY_DIR}/?limit=10000`;
    const listing = await readListing(url).catch((cause: Error) => cause);
    if (listing instanceof Error) return context.skip('policies on the filer', listing.message);
    const found = (listing.Entries ?? []).map(({ FullPath = '' }) => FullPath.replace(/^.*\/|\.json$/g, ''));
    const declared = new Set(context.manifest.policies.map(({ name }) => name));
    const clashing = found.filter((name) => declared.has(name));
    context.record({
      probe: 'filer-policies',
      place: filer,
      request: `GET ${POLICY_DIR}`,
      expected: 'no policy of a declared name',
      got: clashing.join(', ') || 'none',
      ok: clashing.length === 0,
    });
  };
}

/** @throws Error that says why there is none */
async function readListing(url: string): Promise<Listing> {
  const headers = { accept: 'application/json' };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(FILER_TIMEOUT_MS) }).catch(
    (cause: Error) => {
      throw new Error(`${url} does not answer`, { cause });
    },
  );
  if (response.status === 404) return {};
  if (response.ok && /json/.test(response.headers.get('content-type') ?? '')) return (await response.json()) as Listing;
  throw new Error(`${url} answered ${response.status} without a listing: is this the HTTP port of a filer?`);
}

interface Listing {
  readonly Entries?: readonly { readonly FullPath?: string }[] | null;
}
