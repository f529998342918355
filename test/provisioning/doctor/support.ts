import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { type InjectedFault, type SeenRequest, startEmulator } from '../../../emulator/index.js';
import type { EmulatorOptions } from '../../../emulator/server.js';
import type { Manifest } from '../../../manifest/index.js';
import type { DoctorOptions, DoctorReport } from '../../../provisioning/doctor/model.js';
import {
  directorySecretStore,
  examineDeployment,
  openSession,
  type SecretStore,
  snapshotKeys,
  snapshotStore,
} from '../../../provisioning/index.js';
import { manifestFor, ROOT } from '../fixture.js';

export interface Patient {
  readonly endpoint: string;
  readonly secrets: string;
  readonly store: SecretStore;
  /** Spoils requests to the emulator. */
  fault: (request: SeenRequest) => InjectedFault | undefined;
  /** Answers the requests to one path. */
  answering(path: string, fault: InjectedFault): void;
  /** The endpoint of a proxy before the emulator. */
  behindProxy(options: Omit<ProxyOptions, 'upstream'>): Promise<string>;
  /** What doctor says; `change` changes the manifest. */
  examine(options?: Partial<DoctorOptions>, change?: (manifest: Manifest) => void): Promise<DoctorReport>;
  /** A server that is closed with the patient. */
  serve(server: { readonly port: number; close(): void }): void;
  close(): Promise<void>;
}

export const json = (body: unknown, status = 200): InjectedFault => ({
  action: 'respond',
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});
export const errorXml = (status: number, code: string): InjectedFault => ({
  action: 'respond',
  status,
  body: `<Error><Code>${code}</Code></Error>`,
});

/** Only this authority, as --ca-file names it. */
export const trusting = (pem: string) => ({ ca: { file: '/ca.pem', pem } });

/** As `severity check: what (evidence) → fix`. */
export const said = ({ findings }: DoctorReport) =>
  findings.map(({ severity, check, what, evidence, fix }) => `${severity} ${check}: ${what} (${evidence}) → ${fix}`);

/** An emulator that holds what the fixture declares, its secret store, and nothing wrong with either. */
export async function createPatient(options: Partial<EmulatorOptions> = {}): Promise<Patient> {
  const emulator = await startEmulator({
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    onRequest: (seen) => patient.fault(seen),
    ...options,
  });
  const secrets = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-doctor-'));
  const store = directorySecretStore(secrets);
  const closing: (() => void)[] = [];
  const root = {
    accessKeyId: options.accessKey ?? ROOT.accessKeyId,
    secretAccessKey: options.secretKey ?? ROOT.secretAccessKey,
  };
  const patient: Patient = {
    endpoint: emulator.endpoint,
    secrets,
    store,
    fault: () => undefined,
    answering(path, fault) {
      patient.fault = (request) => (request.path === path ? fault : undefined);
    },
    async behindProxy(options) {
      const proxy = await startProxy({ upstream: emulator.endpoint, ...options });
      patient.serve(proxy);
      return proxy.endpoint;
    },
    examine(own = {}, change = () => {}) {
      const manifest = manifestFor(emulator.endpoint, change);
      const storeReference = { type: 'directory', directory: secrets } as const;
      return examineDeployment({
        manifest,
        endpoint: emulator.endpoint,
        store,
        storeReference,
        snapshots: snapshotStore(join(secrets, 'snapshots'), snapshotKeys(storeReference, secrets)),
        findRoot: async () => root,
        addresses: [],
        ...own,
      });
    },
    serve: ({ close }) => void closing.push(close),
    async close() {
      for (const close of closing) close();
      await emulator.close();
      rmSync(secrets, { recursive: true, force: true });
    },
  };
  const version = options.version ?? '1.0.1';
  const manifest = manifestFor(emulator.endpoint, ({ server }) => {
    server.rustfsVersion = version;
    server.region = options.region ?? 'us-east-1';
  });
  const session = await openSession({ manifest, root, store });
  try {
    await session.apply(await session.plan());
  } finally {
    session.close();
  }
  return patient;
}

interface ProxyOptions {
  readonly upstream: string;
  /** Certificate and key: the proxy speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly headers?: (headers: IncomingHttpHeaders) => IncomingHttpHeaders;
  readonly answer?: (headers: IncomingHttpHeaders) => IncomingHttpHeaders;
}

/** A reverse proxy that may meddle. */
async function startProxy({ upstream, tls, headers = (it) => it, answer = (it) => it }: ProxyOptions) {
  const { hostname, port } = new URL(upstream);
  const server = (tls ? createTlsServer(tls) : createServer()).on('request', (incoming, outgoing) => {
    const onward = request(
      { hostname, port, method: incoming.method, path: incoming.url ?? '/', headers: headers(incoming.headers) },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 502, answer(response.headers));
        response.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = (server.address() as AddressInfo).port;
  return {
    port: own,
    endpoint: `${tls ? 'https' : 'http'}://127.0.0.1:${own}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const DAY = 86_400_000;

/** A self-signed certificate that is valid from and to so many days from now. */
export async function certificate(from: number, to: number, address = '127.0.0.1') {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'rustfs' }], {
    keyType: 'ec',
    notBeforeDate: new Date(Date.now() + from * DAY),
    notAfterDate: new Date(Date.now() + to * DAY),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: address }] },
    ],
  });
  return { cert, key };
}
