import { randomBytes } from 'node:crypto';
import { ask } from '../client.js';
import type { Place, ProbeContext } from '../model.js';

const LARGE_HEADER_BYTES = 24 * 1024;
const LARGE_BODY_BYTES = 2 * 1024 * 1024;

/** Gateways share one store, and large headers and bodies pass. Works in a bucket of its own, which it removes. */
export async function probeTransport(context: ProbeContext): Promise<void> {
  const { admin, places } = context;
  const [first] = places;
  if (first === undefined) return;
  const bucket = `cdktf-rustfs-proof-${randomBytes(6).toString('hex')}`;
  const created = await ask(first.wire, { method: 'PUT', path: `/${bucket}` }, admin);
  if (created.status !== 200) {
    context.skip(
      'shared store, large bodies',
      `no bucket for it: PUT /${bucket} on ${first.name} gave ${created.text}`,
    );
  } else {
    const keys = places.map(({ name }) => `/${bucket}/${name}`);
    try {
      for (const place of places) await probeBody(context, place, `/${bucket}/${place.name}`);
    } finally {
      for (const path of keys) await ask(first.wire, { method: 'DELETE', path }, admin);
      await ask(first.wire, { method: 'DELETE', path: `/${bucket}` }, admin);
    }
  }
  for (const place of places) await probeHeaders(context, place);
}

async function probeBody(context: ProbeContext, place: Place, path: string): Promise<void> {
  const { admin, places } = context;
  const body = randomBytes(LARGE_BODY_BYTES);
  const put = await ask(place.wire, { method: 'PUT', path, body }, admin);
  context.record({
    probe: 'large-body',
    place: place.name,
    request: 'PUT of 2 MiB',
    expected: '200',
    got: put.text,
    ok: put.status === 200,
  });
  if (put.status !== 200) return;
  for (const other of places) {
    const got = await ask(other.wire, { method: 'HEAD', path }, admin);
    context.record({
      probe: 'shared-store',
      place: other.name,
      request: `HEAD of an object that was written through ${place.name}`,
      expected: '200',
      got: got.text,
      ok: got.status === 200,
    });
  }
}

async function probeHeaders(context: ProbeContext, place: Place): Promise<void> {
  const headers = { 'x-probe': 'a'.repeat(LARGE_HEADER_BYTES) };
  const answer = await ask(place.wire, { method: 'GET', path: '/', headers }, context.admin);
  context.record({
    probe: 'large-headers',
    place: place.name,
    request: 'GET / with a header of 24 kB',
    expected: '200',
    got: answer.text,
    ok: answer.status === 200,
  });
}
