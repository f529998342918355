import { createHash, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { StoredRecords } from '../context.js';
import type { KmsConfig } from './config.js';
import type { KmsProfile } from './profile.js';

export type KmsStatus = 'NotConfigured' | 'Configured' | 'Running' | { readonly Error: string };

export interface KmsKey {
  readonly id: string;
  /** Stands for the key material: a key that was replaced has another. */
  readonly material: string;
  readonly description: string | null;
  /** ISO time. */
  readonly created: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  /** ISO time of a scheduled deletion. */
  readonly deletion?: string;
}

const CONFIG = 'kms-config';
const KEY = 'kms-key';
const DIAL_MS = 1000;

type Persist = (kind: string, key: string, value: unknown) => Promise<void>;

/**
 * The key management service of the emulated server: which keys there are, and who may still read what. It keeps stand-ins
 * for key material, encrypts nothing, and knows of a Vault only whether its port takes a connection.
 */
export class Kms {
  status: KmsStatus = 'NotConfigured';
  /** What wraps data keys since the first encrypted request of this process, where the version pins that. */
  pinned: 'kms' | 'local' | undefined;
  readonly profile: KmsProfile;
  /** `RUSTFS_SSE_S3_MASTER_KEY` is set and valid. */
  readonly hasMasterKey: boolean;
  /** Stands for that key, or for the one of zeros. */
  readonly masterKey: string;
  readonly #persist: Persist;
  readonly #records: StoredRecords;

  constructor(profile: KmsProfile, masterKey: string | undefined, persist: Persist, records: StoredRecords) {
    this.profile = profile;
    const bytes = Buffer.from(masterKey ?? '', 'base64');
    this.hasMasterKey = bytes.length === 32;
    this.masterKey = createHash('sha256')
      .update(this.hasMasterKey ? bytes : Buffer.alloc(32))
      .digest('hex');
    this.#persist = persist;
    this.#records = records;
  }

  get config(): KmsConfig | undefined {
    return this.#records(CONFIG).get(CONFIG) as KmsConfig | undefined;
  }

  get running(): boolean {
    return this.status === 'Running';
  }

  /** Starts what was configured before the last end of the process; that it fails only shows in the status. */
  async resume(): Promise<void> {
    if (this.config) await this.start(this.config);
  }

  async configure(config: KmsConfig): Promise<void> {
    await this.#persist(CONFIG, CONFIG, config);
    this.status = 'Configured';
  }

  /** @returns why it does not start */
  async start(config: KmsConfig | undefined): Promise<string | undefined> {
    const problem = await this.#startProblem(config);
    if (config !== this.config && problem !== undefined) return problem;
    if (config !== undefined && config !== this.config) await this.#persist(CONFIG, CONFIG, config);
    if (problem === undefined && config) await this.#makeProbeKey(config);
    this.status =
      problem === undefined ? 'Running' : { Error: problem.replace(/^(Backend|Configuration) error: /, '') };
    return problem;
  }

  stop(): void {
    this.status = this.config ? 'Configured' : 'NotConfigured';
  }

  async #startProblem(config: KmsConfig | undefined): Promise<string | undefined> {
    if (config === undefined) return 'Configuration error: Cannot start KMS: no configuration provided';
    const refused = (why: string) => `Backend error: Failed to create KMS backend: Backend error: ${why}`;
    if (config.appRole && !this.profile.appRole) return refused('AppRole authentication is not yet implemented');
    if (!this.profile.startsHealthyOnly || (await this.#answers(config))) return undefined;
    if (config.appRole) return refused('Vault AppRole login failed: An error occurred with the request');
    return config.backend === 'VaultTransit'
      ? refused('Vault Transit health check failed: An error occurred with the request')
      : refused(
          `Failed to list keys in Vault kv_mount '${config.summary.kv_mount}': An error occurred with the request`,
        );
  }

  /** Whether the backend of a running service answers. */
  async healthy(): Promise<boolean | null> {
    return this.running && this.config ? this.#answers(this.config) : null;
  }

  /** A Vault takes connections; a directory is always there. */
  #answers({ address }: KmsConfig): Promise<boolean> {
    if (address === undefined) return Promise.resolve(true);
    const { hostname, port, protocol } = new URL(address);
    return new Promise((resolve) => {
      const socket = connect({ host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) });
      const end = (answer: boolean) => {
        socket.destroy();
        resolve(answer);
      };
      socket.setTimeout(DIAL_MS, () => end(false));
      socket.once('connect', () => end(true));
      socket.once('error', () => end(false));
    });
  }

  async #makeProbeKey(config: KmsConfig): Promise<void> {
    const { probeKey } = this.profile;
    if (probeKey === undefined || this.#records(KEY).has(`${config.place}\0${probeKey}`)) return;
    const description = 'RustFS internal KMS health probe key; created and used only by the synthetic probe';
    await this.#put(config, newKey(probeKey, description, {}));
  }

  /** Keys of the configured backend, by id. */
  keys(): readonly KmsKey[] {
    const place = this.config?.place;
    const own = [...this.#records(KEY)].filter(([key]) => key.startsWith(`${place}\0`));
    return own.map(([, value]) => value as KmsKey).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  key(id: string): KmsKey | undefined {
    return this.#records(KEY).get(`${this.config?.place}\0${id}`) as KmsKey | undefined;
  }

  async create(id: string, description: string | null, tags: KmsKey['tags']): Promise<KmsKey> {
    const key = newKey(id, description, tags);
    await this.put(key);
    return key;
  }

  async put(key: KmsKey): Promise<void> {
    if (this.config) await this.#put(this.config, key);
  }

  #put({ place }: KmsConfig, key: KmsKey): Promise<void> {
    return this.#persist(KEY, `${place}\0${key.id}`, key);
  }
}

function newKey(id: string, description: string | null, tags: KmsKey['tags']): KmsKey {
  return { id, material: randomUUID(), description, created: new Date().toISOString(), tags, state: 'Enabled' };
}
