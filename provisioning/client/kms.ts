import { RustFsError } from '../errors.js';
import { redactEcho } from '../redact.js';
import type { Credentials, Wire, WireRequest } from '../wire.js';
import { jsonOf, refusal } from './response.js';

const KMS = '/rustfs/admin/v3/kms';
/** RustFS asks a Vault up to three times, 30 s each, before it answers. */
const BACKEND_TIMEOUT_MS = 120_000;

export type KmsKeyState = 'enabled' | 'disabled' | 'pending-deletion';

/** The KMS of a server, as the server tells it. */
export interface KmsState {
  readonly status: 'NotConfigured' | 'Configured' | 'Running' | 'Error';
  /** Why it does not run. */
  readonly error?: string;
  /** Whether the backend answers; null while the KMS does not run. */
  readonly healthy: boolean | null;
  /** Configuration of the backend without secrets, in RustFS' words. */
  readonly backend?: Readonly<Record<string, unknown>>;
  readonly defaultKey?: string;
  /** Absent while the KMS does not run or its backend does not answer. */
  readonly keys?: ReadonlyMap<string, KmsKeyState>;
}

/** The calls of RustFS' KMS that provisioning uses. A failure is 200 with `success: false` (recorded: 10-kms), and thrown here. */
export interface KmsClient {
  state(): Promise<KmsState>;
  hasKey(id: string): Promise<boolean>;
  /** Replaces an existing key on beta.7: ask {@link hasKey} before. */
  createKey(id: string): Promise<void>;
  cancelDeletion(id: string): Promise<void>;
  enableKey(id: string): Promise<void>;
  configure(body: object): Promise<void>;
  /** Configures and starts again, at once. */
  reconfigure(body: object): Promise<void>;
  start(): Promise<void>;
}

interface ServiceStatus {
  readonly status: Exclude<KmsState['status'], 'Error'> | { readonly Error: string };
  readonly healthy: boolean | null;
  readonly config_summary: {
    readonly default_key_id: string | null;
    readonly backend_summary: Readonly<Record<string, unknown>>;
  } | null;
}

interface KeyPage {
  readonly keys: readonly { readonly key_id: string; readonly status: string }[];
  readonly truncated: boolean;
  readonly next_marker: string | null;
}

function keyState(status: string): KmsKeyState {
  if (/pending/i.test(status)) return 'pending-deletion';
  return /disabled/i.test(status) ? 'disabled' : 'enabled';
}

export function createKmsClient(wire: Wire, root: Credentials): KmsClient {
  // 503 means that the KMS does not run, which waiting does not change.
  const send = (request: WireRequest) => wire.send(request, root, { timeoutMs: BACKEND_TIMEOUT_MS, retry: false });
  const read = (path: string, query?: Readonly<Record<string, string>>): WireRequest => ({
    method: 'GET',
    path: KMS + path,
    ...(query && { query }),
  });

  /** Configurations that were sent: a later answer may repeat what is secret in them. */
  const configurations: string[] = [];
  const redacted = (text: string) => configurations.reduce((shown, sent) => redactEcho(sent, shown), text);

  async function command(path: string, body: object): Promise<void> {
    const request = {
      method: 'POST',
      path: KMS + path,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    };
    configurations.push(request.body);
    const response = await send(request);
    const { success, message = '' } = jsonOf<{ readonly success?: boolean; readonly message?: string }>(
      request,
      response,
    );
    if (success) return;
    throw new RustFsError(
      `POST ${request.path} was answered with 200, but failed: ${redacted(message)}`,
      response.status,
      '',
    );
  }

  async function listKeys(): Promise<ReadonlyMap<string, KmsKeyState>> {
    const keys = new Map<string, KmsKeyState>();
    for (let marker: string | null = null; ; ) {
      const request: WireRequest = read('/keys', marker === null ? undefined : { marker });
      const page: KeyPage = jsonOf<KeyPage>(request, await send(request));
      for (const { key_id, status } of page.keys) keys.set(key_id, keyState(status));
      if (!page.truncated || page.next_marker === null) return keys;
      marker = page.next_marker;
    }
  }

  return {
    async state() {
      const request = read('/service-status');
      const { status, healthy, config_summary: config } = jsonOf<ServiceStatus>(request, await send(request));
      const failed = typeof status === 'object';
      return {
        status: failed ? 'Error' : status,
        ...(failed && { error: redacted(status.Error) }),
        healthy,
        ...(config && { backend: config.backend_summary }),
        ...(config?.default_key_id && { defaultKey: config.default_key_id }),
        ...(healthy && { keys: await listKeys() }),
      };
    },
    async hasKey(id) {
      const request = read(`/keys/${id}`);
      const response = await send(request);
      if (response.status === 404) return false;
      if (response.status !== 200) throw refusal(request, response);
      return true;
    },
    createKey: (id) =>
      command('/keys', { key_usage: 'EncryptDecrypt', description: 'managed by cdktf-rustfs', tags: { name: id } }),
    cancelDeletion: (id) => command('/keys/cancel-deletion', { key_id: id }),
    enableKey: (id) => command('/keys/enable', { key_id: id }),
    configure: (body) => command('/configure', body),
    reconfigure: (body) => command('/reconfigure', body),
    start: () => command('/start', {}),
  };
}
