import type { FleetGateway } from '../manifest/index.js';

/** How the processes of a fleet are reached: containers, or processes of this machine. */
export interface FleetDriver {
  /** For people: `docker`. */
  readonly description: string;
  /** Whether everything can be reached, before anything is changed. @throws FleetOperationError */
  check(): Promise<void>;
  /** Ends a gateway; done when it no longer runs. Nothing happens to one that is stopped. */
  stop(gateway: FleetGateway): Promise<void>;
  /** Starts it with the configuration file as it is now. Nothing happens to one that runs. */
  start(gateway: FleetGateway): Promise<void>;
  /** Configures the balancer with these gateways down, and has it read that without breaking a connection. */
  configureBalancer(down: ReadonlySet<string>): Promise<void>;
  /** Whether no process of the balancer is still busy with requests that came before the last configuration. */
  hasDrained(): Promise<boolean>;
  /** SHA-256 of the iam.config that a gateway sees; `undefined` if that can't be told. */
  configSha256(gateway: FleetGateway): Promise<string | undefined>;
}

/** The gateways could not be operated; the message says what is left to do. */
export class FleetOperationError extends Error {
  override readonly name = 'FleetOperationError';
}

/** Whether the processes of a balancer (their command lines) show one that finishes old requests. */
export function isDraining(kind: 'nginx' | 'haproxy', commands: readonly string[]): boolean {
  if (kind === 'nginx') return commands.some((command) => command.includes('worker process is shutting down'));
  // Master and worker; each reload leaves a further worker until its requests are done.
  return commands.filter((command) => /\bhaproxy\b/.test(command)).length > 2;
}
