import type { ManifestEventTarget } from '../../manifest/index.js';
import type { Credentials, Wire, WireRequest } from '../wire.js';
import { jsonOf, refusal } from './response.js';

const ADMIN = '/rustfs/admin/v3';

export type EventPurpose = ManifestEventTarget['purpose'];
export type TargetAddress = Pick<ManifestEventTarget, 'purpose' | 'type' | 'id'>;

/** Whether a module sends at all, and who says so: `env`, `console` or `default`. */
export interface ModuleState {
  readonly enabled: boolean;
  readonly source: string;
}

export interface ListedTarget {
  readonly account_id: string;
  /** Kind of the target. */
  readonly service: string;
  readonly status: string;
  /** Why, since 1.0.1. */
  readonly health_reason?: string;
  /** `env`, `config`, `mixed` or `runtime`. */
  readonly source: string;
}

/** The calls of the admin API about notification and audit targets, as root. */
export interface EventTargetClient {
  modules(): Promise<Readonly<Record<EventPurpose, ModuleState>>>;
  setModules(enabled: Readonly<Record<EventPurpose, boolean>>): Promise<void>;
  list(purpose: EventPurpose): Promise<readonly ListedTarget[]>;
  /** The stored targets of a kind as configuration text, secrets redacted. */
  config(purpose: EventPurpose, type: string): Promise<string>;
  put(target: TargetAddress, settings: Readonly<Record<string, string>>): Promise<void>;
  /** Takes a target out of the configuration, which works even while RustFS cannot start it. */
  withdraw(target: TargetAddress): Promise<void>;
}

export function createEventTargetClient(wire: Wire, root: Credentials): EventTargetClient {
  async function read<T>(path: string): Promise<T> {
    const request = { method: 'GET', path: ADMIN + path };
    return jsonOf<T>(request, await wire.send(request, root));
  }
  async function send(request: WireRequest): Promise<string> {
    const response = await wire.send(request, root);
    if (response.status < 200 || response.status > 299) throw refusal(request, response);
    return response.body.toString('utf8');
  }
  const json = (method: string, path: string, body: unknown): WireRequest => ({
    method,
    path: ADMIN + path,
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });
  const routeOf = (purpose: EventPurpose) => (purpose === 'notify' ? '/target' : '/audit/target');

  return {
    async modules() {
      type Switches = Readonly<Record<`${EventPurpose}_enabled`, boolean> & Record<`${EventPurpose}_source`, string>>;
      const { notify_enabled, notify_source, audit_enabled, audit_source } = await read<Switches>('/module-switches');
      return {
        notify: { enabled: notify_enabled, source: notify_source },
        audit: { enabled: audit_enabled, source: audit_source },
      };
    },
    async setModules({ notify, audit }) {
      await send(json('PUT', '/module-switches', { notify_enabled: notify, audit_enabled: audit }));
    },
    async list(purpose) {
      type Lists = {
        readonly notification_endpoints?: readonly ListedTarget[];
        readonly audit_endpoints?: readonly ListedTarget[];
      };
      const { notification_endpoints, audit_endpoints } = await read<Lists>(`${routeOf(purpose)}/list`);
      return notification_endpoints ?? audit_endpoints ?? [];
    },
    config: (purpose, type) =>
      send({ method: 'GET', path: `${ADMIN}/get-config-kv`, query: { key: `${purpose}_${type}` } }),
    async put({ purpose, type, id }, settings) {
      const key_values = Object.entries(settings).map(([key, value]) => ({ key, value }));
      await send(json('PUT', `${routeOf(purpose)}/${purpose}_${type}/${id}`, { key_values }));
    },
    async withdraw({ purpose, type, id }) {
      await send({ method: 'DELETE', path: `${ADMIN}/del-config-kv`, body: `${purpose}_${type}:${id}` });
    },
  };
}
