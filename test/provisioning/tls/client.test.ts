import { afterEach, beforeAll, expect, test } from 'vitest';
import { type Emulator, type EmulatorTls, startEmulator } from '../../../emulator/index.js';
import { createWire, type Trust, type WireEvent } from '../../../provisioning/index.js';
import { ROOT } from '../fixture.js';
import { authority, type Pair, signedBy } from './certificates.js';

let ca: Pair;
let other: Pair;
let emulator: Emulator | undefined;

beforeAll(async () => {
  [ca, other] = [await authority(), await authority()];
});
afterEach(async () => {
  await emulator?.close();
  emulator = undefined;
});

async function serve(tls?: EmulatorTls): Promise<string> {
  emulator = await startEmulator({
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    ...(tls ? { tls } : {}),
  });
  return emulator.endpoint;
}

const trusting = ({ certificate }: Pair, client?: Pair): Trust => ({
  ca: { file: '/etc/ca.crt', pem: certificate },
  ...(client ? { client } : {}),
});

/** Status of a signed ListBuckets, and how often it was asked. */
async function ask(endpoint: string, trust?: Trust): Promise<{ status: number; attempts: number }> {
  const events: WireEvent[] = [];
  const wire = createWire({ endpoint, onRequest: (event) => events.push(event), ...(trust ? { trust } : {}) });
  try {
    const { status } = await wire.send({ method: 'GET', path: '/' }, ROOT);
    return { status, attempts: events.length };
  } catch (error) {
    throw Object.assign(error as Error, { attempts: events.length });
  } finally {
    wire.close();
  }
}

test('the authority of the server is trusted, and told to applications', async () => {
  const endpoint = await serve(await signedBy(ca));
  expect(endpoint).toMatch(/^https:/);
  expect(await ask(endpoint, trusting(ca))).toEqual({ status: 200, attempts: 1 });
  const wire = createWire({ endpoint, trust: trusting(ca) });
  expect(wire.connection).toEqual({ endpoint, region: 'us-east-1', caFile: '/etc/ca.crt' });
  wire.close();
});

test.each([
  ['no authority', undefined, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['another authority of the same name', () => other, 'CERT_SIGNATURE_FAILURE'],
])('%s: refused at once, with the way out', async (_, authorityOf, code) => {
  const endpoint = await serve(await signedBy(ca));
  await expect(ask(endpoint, authorityOf && trusting(authorityOf()))).rejects.toMatchObject({
    message: `GET / failed: the certificate of ${endpoint} is not from a trusted authority (${code}): name the right one with --ca-file or RUSTFS_CA_FILE, and look whether this is your server`,
    attempts: 1,
  });
});

test('an expired certificate, and one that is not valid yet', async () => {
  const expired = await serve(await signedBy(ca, { from: -10, to: -1 }));
  await expect(ask(expired, trusting(ca))).rejects.toMatchObject({
    message: `GET / failed: the certificate of ${expired}, or of its authority, has expired: renew it and restart the server (a self-signed one with "cdktf-rustfs tls-certificate")`,
    attempts: 1,
  });
  await emulator?.close();
  const early = await serve(await signedBy(ca, { from: 1 }));
  await expect(ask(early, trusting(ca))).rejects.toMatchObject({
    message: `GET / failed: the certificate of ${early} is not valid yet: compare the clocks of both machines`,
  });
});

test('a certificate for another name', async () => {
  const endpoint = await serve(await signedBy(ca, { address: '192.0.2.1' }));
  await expect(ask(endpoint, trusting(ca))).rejects.toMatchObject({
    message: `GET / failed: the certificate of ${endpoint} is for other names (IP Address:192.0.2.1): use one of them in the endpoint, or add this one to the certificate`,
  });
});

test('a server that asks for client certificates', async () => {
  const client = await signedBy(other);
  const endpoint = await serve({ ...(await signedBy(ca)), clientCa: other.certificate });
  expect(await ask(endpoint, trusting(ca, client))).toEqual({ status: 200, attempts: 1 });
  // The server refuses after the handshake of TLS 1.3, so the client may see the end of the connection before the reason.
  const refusal = `${endpoint} refused the TLS handshake (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED): it asks for a client certificate, or for another one; tls.clients of RustFs, or clientCertificate of RustFs.external, names it`;
  const messages = [refusal, ...['ECONNRESET', 'EPIPE'].map((code) => `the connection to ${endpoint} broke (${code})`)];
  const { message } = await ask(endpoint, trusting(ca)).then(
    () => ({ message: 'answered' }),
    (error: Error) => error,
  );
  expect(messages.map((text) => `GET / failed: ${text}`)).toContain(message);
});

test('the wrong protocol', async () => {
  const plain = await serve();
  const secure = plain.replace('http:', 'https:');
  await expect(ask(secure, trusting(ca))).rejects.toThrow(
    `GET / failed: ${secure} does not speak TLS: is it ${plain}?`,
  );
});
