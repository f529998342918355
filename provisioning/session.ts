import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest } from '../manifest/index.js';
import { type ApplyOptions, apply } from './apply/apply.js';
import { TARGET_WAIT_MS } from './apply/event-targets.js';
import { createAdminClient } from './client/admin.js';
import { createBucketClient } from './client/buckets.js';
import { createEventTargetClient } from './client/event-targets.js';
import { createKmsClient } from './client/kms.js';
import { ProvisioningError, RustFsError } from './errors.js';
import type { Estate } from './estate.js';
import { type GateOptions, gate, type ServerIdentity } from './gate.js';
import { observe } from './observe.js';
import type { Plan } from './plan/model.js';
import { type PlanOptions, plan } from './plan/plan.js';
import { withSecretsChecked } from './probe-secrets.js';
import { PROVISIONING_PROFILES } from './profile.js';
import { misdirected, readStore } from './secrets/read-store.js';
import type { SecretStore, StoreConnection } from './secrets/secret-store.js';
import { type Contents, contentsOf } from './snapshot/contents.js';
import { type Credentials, createWire, type Wire, type WireOptions } from './wire.js';

export interface SessionOptions extends Pick<WireOptions, 'timeoutMs' | 'trust' | 'onRequest'> {
  readonly manifest: Manifest;
  readonly root: Credentials;
  readonly store: SecretStore;
  /** @default - the endpoint of the manifest */
  readonly endpoint?: string;
  /** Where applications reach the server. @default - what the manifest says, else the endpoint */
  readonly clientEndpoint?: string;
  readonly ready?: GateOptions;
}

export interface SessionPlanOptions extends PlanOptions {
  /** Also ask the server, once for each managed key, whether it has the secret of the store. @default false */
  readonly checkSecrets?: boolean;
  /** Read event targets also if the manifest has nothing to do with events. @default false */
  readonly allTargets?: boolean;
}

/** The server as it was when it was read, with the plan that follows from it. */
export interface PlannedState {
  readonly estate: Estate;
  readonly plan: Plan;
  /** All that was read of IAM and bucket configuration, secrets included; undefined if the server did not export its identities. */
  readonly contents: () => Contents | undefined;
}

/** One manifest against one server: observe, plan, apply. Close it when done. */
export interface Session {
  readonly manifest: Manifest;
  readonly store: SecretStore;
  readonly root: Credentials;
  readonly wire: Wire;
  readonly server: ServerIdentity;
  /** How applications reach the server: written down with their access keys. */
  readonly clients: StoreConnection;
  plan(options?: SessionPlanOptions): Promise<PlannedState>;
  /** Carries the plan out and reads back until nothing is left to change. Returns the state that it found then. */
  apply(state: PlannedState, options?: ApplyOptions & SessionPlanOptions): Promise<PlannedState>;
  close(): void;
}

const MAX_ROUNDS = 5;

/** The server did not know something that it had just accepted. */
function isTransient(error: unknown): boolean {
  return (
    error instanceof RustFsError &&
    /NoSuchResource|InternalError|InvalidArgument/.test(error.code) &&
    /not exist/.test(error.message) &&
    !/queue_dir/.test(error.message)
  );
}

/** Waits until the server takes requests, then returns the session. Throws on wrong credentials or an unreachable server. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { manifest, root, store } = options;
  const { region, rustfsVersion } = manifest.server;
  const wire = createWire({ ...options, endpoint: options.endpoint ?? manifest.server.endpoint, region });
  const declared = options.clientEndpoint ?? manifest.server.clientEndpoint;
  const clients = declared === undefined ? wire.connection : { endpoint: declared, region };
  const oidc = {
    ids: (manifest.oidc?.providers ?? []).filter(({ hidden }) => !hidden).map(({ id }) => id),
    final: PROVISIONING_PROFILES[rustfsVersion].readyAfterDiscovery,
  };
  const server = await gate(wire, root, { ...options.ready, oidc }).catch((error: unknown) => {
    wire.close();
    throw error;
  });
  const admin = createAdminClient(wire, root);
  const buckets = createBucketClient(wire, root);
  const targets = createEventTargetClient(wire, root);
  const kms = createKmsClient(wire, root);

  async function readState({
    checkSecrets,
    allTargets = false,
    ...planOptions
  }: SessionPlanOptions = {}): Promise<PlannedState> {
    const contents = await readStore(store);
    const { estate: observed, exports } = await observe(manifest, { admin, buckets, kms, server, targets, allTargets });
    const estate = checkSecrets ? await withSecretsChecked(wire, manifest, observed, contents) : observed;
    // Only where it is declared: who provisions over a tunnel changes nothing for applications.
    const names = declared === undefined ? new Set<string>() : await misdirected(store, contents.keys(), declared);
    const published = { misdirected: { names, endpoint: clients.endpoint } };
    return {
      estate,
      plan: plan(manifest, estate, contents, { ...planOptions, ...published }),
      contents: () => contentsOf(exports),
    };
  }

  /**
   * RustFS 1.0.1 answers 200 to concurrent IAM writes and for some seconds knows only some of them (observed on a running
   * 1.0.1: 20 users created at once, 11 listed). So what was written is read back, and what is missing is written again,
   * more slowly.
   */
  async function converge(
    first: PlannedState,
    {
      replaceKeys,
      checkSecrets = false,
      targetWaitMs = TARGET_WAIT_MS,
      onWait,
      ...applyOptions
    }: ApplyOptions & SessionPlanOptions,
  ): Promise<PlannedState> {
    const profile = PROVISIONING_PROFILES[rustfsVersion];
    let state = first;
    for (let round = 1; ; round++) {
      const context = {
        ...{
          manifest,
          estate: state.estate,
          admin,
          buckets,
          kms,
          wire,
          root,
          store,
          connection: clients,
          profile,
          targets,
          targetWaitMs,
        },
        ...(onWait ? { onWait } : {}),
      };
      const limit = round === 1 ? applyOptions : { ...applyOptions, concurrency: 1 };
      const failure = await apply(state.plan, context, limit).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure !== undefined && !(isTransient(failure) && round < MAX_ROUNDS)) throw failure;
      // A second round replaces nothing: the first one knew which keys were in the way.
      const again = round === 1 && failure !== undefined;
      state = await readState({ checkSecrets, replaceKeys: again && (replaceKeys ?? false) });
      if (state.plan.changes.length === 0) return state;
      if (round === MAX_ROUNDS) {
        const left = state.plan.changes.map(({ kind, name }) => `${kind} ${name}`).join(', ');
        throw new ProvisioningError(
          `the server accepted every change, but still does not show ${left}; run apply again, and look at its log`,
        );
      }
      await sleep(round * 1000);
    }
  }

  return {
    manifest,
    store,
    root,
    wire,
    server,
    clients,
    close: () => wire.close(),
    plan: readState,
    async apply(state, applyOptions = {}) {
      const release = await store.lock?.();
      try {
        return await converge(state, applyOptions);
      } finally {
        await release?.();
      }
    },
  };
}
