import type { Manifest, ManifestSecretStore } from '../../manifest/index.js';
import type { SecretStore } from '../secrets/secret-store.js';
import type { SnapshotStore } from '../snapshot/snapshot-store.js';
import type { Trust } from '../tls/trust.js';
import type { Credentials, Wire, WireResponse } from '../wire.js';

/** `error`: something does not work, or is open to strangers. `warning`: it will not, or may be. */
export type DoctorSeverity = 'error' | 'warning';

/** Something that is wrong. Contains no secret. */
export interface DoctorFinding {
  readonly severity: DoctorSeverity;
  readonly what: string;
  /** What was seen. */
  readonly evidence: string;
  /** A command, or the change of a prop or variable. */
  readonly fix: string;
}

/** A check that could not be made: says why, and is listed. */
export class NotChecked extends Error {
  override readonly name = 'NotChecked';
}

export interface Check {
  /** For people: `clock`, `event targets`. */
  readonly title: string;
  /** @throws {NotChecked} */
  run(context: DoctorContext): Promise<readonly DoctorFinding[]>;
}

/** Runs `docker` with these arguments. Rejects when it cannot be started, or exits with another code than 0. */
export type DockerRunner = (args: readonly string[]) => Promise<string>;

export interface DoctorOptions {
  readonly manifest: Manifest;
  readonly endpoint: string;
  readonly store: SecretStore;
  readonly storeReference: ManifestSecretStore;
  readonly snapshots: SnapshotStore;
  /** Throws when there are none. */
  readonly findRoot: () => Promise<Credentials>;
  /** Whom an https server has to be. @default - the authorities of Node.js */
  readonly trust?: Trust;
  /** The server's own address, to compare with what a proxy makes of requests. */
  readonly direct?: string;
  /** Port of the console. @default 9001 */
  readonly consolePort?: number;
  /** Addresses of this machine that others reach. @default - those of its network interfaces */
  readonly addresses?: readonly string[];
  readonly container?: string;
  /** @default - the `docker` on the PATH */
  readonly docker?: DockerRunner;
  /** For one check, in milliseconds. @default 10000 */
  readonly timeoutMs?: number;
  readonly onCheck?: (title: string, done: number, total: number) => void;
}

/** An answer with the clock of this machine around it. */
export interface TimedResponse {
  readonly response: WireResponse;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** What checks share: each is asked for once, whoever needs it first. */
export interface DoctorContext extends DoctorOptions {
  readonly url: URL;
  readonly wire: Wire;
  /** Connects to the port. @throws {NotChecked} */
  reached(): Promise<void>;
  /** `GET /health/ready`. @throws {NotChecked} when nothing usable answers */
  health(): Promise<TimedResponse>;
  /** The server is RustFS; its health answer. @throws {NotChecked} */
  rustfs(): Promise<Readonly<Record<string, unknown>>>;
  /** @throws {NotChecked} */
  root(): Promise<Credentials>;
  /** Signed `GET /`. @throws {NotChecked} */
  listBuckets(): Promise<WireResponse>;
  /** The same request to another address. @throws {NotChecked} */
  ask(endpoint: string): Promise<WireResponse>;
  /** JSON of an admin route, as root. @throws {NotChecked} when it is not answered with 200 */
  admin<T>(path: string): Promise<T>;
}

export interface DoctorReport {
  readonly endpoint: string;
  /** As the server says; absent if nothing usable answered. */
  readonly version?: string;
  readonly emulated: boolean;
  readonly findings: readonly (DoctorFinding & { readonly check: string })[];
  readonly notChecked: readonly { readonly check: string; readonly why: string }[];
  /** Checks that found nothing wrong. */
  readonly healthy: readonly string[];
}
