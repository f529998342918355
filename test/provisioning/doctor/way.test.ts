import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { certificate, createPatient, errorXml, type Patient, said, trusting } from './support.js';

let patient: Patient;
beforeAll(async () => {
  patient = await createPatient();
});
afterAll(() => patient.close());
afterEach(() => {
  patient.fault = () => undefined;
});

test('a host name that does not resolve', async () => {
  expect(said(await patient.examine({ endpoint: 'http://nowhere.invalid:9000' }))).toEqual([
    expect.stringMatching(
      /^error host name: the host name nowhere\.invalid cannot be resolved \((?:ENOTFOUND|EAI_AGAIN)\) → correct the endpoint \(--endpoint, RUSTFS_ENDPOINT, or the endpoint of the server construct\), or give the name an address in DNS$/,
    ),
  ]);
});

test('nothing listens', async () => {
  const report = await patient.examine({ endpoint: 'http://127.0.0.1:1' });
  expect(said(report)).toEqual([
    'error port: nothing listens at 127.0.0.1:1 (connecting failed with ECONNREFUSED) → start RustFS (docker ps -a shows whether its container has ended), or name the right address with --endpoint',
  ]);
  expect(report.notChecked).toContainEqual({
    check: 'clock',
    why: 'nothing can be reached at http://127.0.0.1:1',
  });
});

test('something else listens', async () => {
  const other = createServer((_, answer) => answer.setHeader('Server', 'other').end('hello'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  patient.serve({ port, close: () => void other.close() });
  const endpoint = `http://127.0.0.1:${port}`;
  expect(said(await patient.examine({ endpoint }))).toEqual([
    `error identity: what answers at ${endpoint} is not RustFS (GET /health/ready: HTTP 200, Server: other, no health report of RustFS) → name the S3 port of RustFS with --endpoint; a proxy before it has to pass /health on, and RUSTFS_HEALTH_ENDPOINT_ENABLE must not be false`,
  ]);
});

test('the port speaks TLS, the endpoint says http', async () => {
  const endpoint = (await patient.behindProxy({ tls: await certificate(-1, 90) })).replace('https', 'http');
  expect(said(await patient.examine({ endpoint }))).toEqual([
    `error TLS: the endpoint says http, but the port speaks TLS (a TLS handshake succeeds, HTTP gets no answer) → use ${endpoint.replace('http', 'https')} (--endpoint, RUSTFS_ENDPOINT, or the endpoint of the server construct)`,
  ]);
});

test('the endpoint says https, the port speaks HTTP', async () => {
  const endpoint = patient.endpoint.replace('http', 'https');
  expect(said(await patient.examine({ endpoint }))).toEqual([
    expect.stringMatching(
      /^error TLS: the endpoint says https, but the port does not speak TLS \(\w+\) → use http:\/\/127\.0\.0\.1:\d+, or give RustFS a certificate \(RUSTFS_TLS_PATH\)$/,
    ),
  ]);
});

const RENEW =
  'renew the certificate and put rustfs_cert.pem and rustfs_key.pem into the TLS directory; RustFS reads them again within 30 s with RUSTFS_TLS_RELOAD_ENABLE=true, else restart it';
const validity = String.raw`\(valid from [\d:.TZ-]+ to [\d:.TZ-]+\)`;

test('a certificate that has expired', async () => {
  const tls = await certificate(-30, -1);
  const endpoint = await patient.behindProxy({ tls });
  expect(said(await patient.examine({ endpoint, trust: trusting(tls.cert) }))).toEqual([
    expect.stringMatching(new RegExp(`^error TLS: the TLS certificate has expired ${validity} → ${RENEW}$`)),
  ]);
});

test('a certificate that expires soon', async () => {
  const tls = await certificate(-30, 5.5);
  const endpoint = await patient.behindProxy({ tls });
  expect(said(await patient.examine({ endpoint, trust: trusting(tls.cert) }))).toEqual([
    expect.stringMatching(new RegExp(`^warning TLS: the TLS certificate expires in 5 days ${validity} → ${RENEW}$`)),
  ]);
});

test('a certificate for another address', async () => {
  const tls = await certificate(-1, 90, '192.0.2.7');
  const endpoint = await patient.behindProxy({ tls });
  expect(said(await patient.examine({ endpoint, trust: trusting(tls.cert) }))).toEqual([
    'error TLS: the TLS certificate is not for 127.0.0.1 (it names IP Address:192.0.2.7) → make the certificate for IP:127.0.0.1, or reach the server by a name that it has',
  ]);
});

test('a certificate of an authority that nobody named', async () => {
  const endpoint = await patient.behindProxy({ tls: await certificate(-1, 90) });
  expect(said(await patient.examine({ endpoint }))).toEqual([
    'error TLS: the TLS certificate is signed by nobody who is trusted here (DEPTH_ZERO_SELF_SIGNED_CERT) → name the certificate of its authority with --ca-file or RUSTFS_CA_FILE, or in the stack (tls of RustFs, caFile of RustFs.external)',
  ]);
});

const PASS_ON =
  'let the proxy pass on Host (with its port), path and query unchanged, add no x-amz- header, and strip no prefix ("cdktf-rustfs gateway --print-config nginx" shows a configuration that does)';

test('a proxy that rewrites Host', async () => {
  const endpoint = await patient.behindProxy({ headers: (headers) => ({ ...headers, host: 'rustfs:9000' }) });
  expect(said(await patient.examine({ endpoint, direct: patient.endpoint }))).toEqual([
    'error root credentials: the root secret is wrong, or something between here and the server changes requests (signed GET /: HTTP 403 SignatureDoesNotMatch) → check RUSTFS_SECRET_KEY (or RUSTFS_SECRET_KEY_FILE); if it is right, run doctor again with --direct URL, which asks the server without the proxy too',
    `error proxy: what is between here and ${patient.endpoint} breaks signed requests (signed GET /: HTTP 200 at ${patient.endpoint}, HTTP 403 SignatureDoesNotMatch at ${endpoint}) → ${PASS_ON}`,
  ]);
});

test('a proxy that adds an x-amz- header', async () => {
  const endpoint = await patient.behindProxy({ headers: (headers) => ({ ...headers, 'x-amz-meta-hop': '1' }) });
  const found = said(await patient.examine({ endpoint }));
  expect(found).toEqual([
    'error root credentials: something between here and the server adds x-amz- headers to signed requests (signed GET /: HTTP 403 AccessDenied There were headers present in the request which were not signed) → let the proxy add no x-amz- header: RustFS 1.0.1 wants each of them signed',
  ]);
});

test('a server that takes the host name for a bucket', async () => {
  patient.answering('/', errorXml(404, 'NoSuchBucket'));
  const host = new URL(patient.endpoint).host;
  expect(said(await patient.examine()).slice(0, 1)).toEqual([
    `error server domains: the server takes the host name 127.0.0.1 for a bucket (GET / with Host ${host}: NoSuchBucket) → add 127.0.0.1 to RUSTFS_SERVER_DOMAINS and restart the server, or reach it by IP address`,
  ]);
});
