import type { EventSecret } from './event-secret.js';
import type { EventTargetLogin, EventTargetTls } from './event-target-props.js';

/** A file that RustFS reads: of the project if relative, else one that is on the server. */
export class ServerPath {
  constructor(readonly path: string) {}
}

export type FieldValue = string | number | boolean | EventSecret | ServerPath;

const serverPath = (path: string | undefined) => (path === undefined ? undefined : new ServerPath(path));

export function tlsFields(tls: EventTargetTls | undefined) {
  return {
    tls_ca: serverPath(tls?.caFile),
    tls_client_cert: serverPath(tls?.clientCertFile),
    tls_client_key: serverPath(tls?.clientKeyFile),
  };
}

export function loginFields(login: EventTargetLogin | undefined) {
  return { username: login?.username, password: login?.password };
}

/** What is wrong with a URL. Credentials in it would be written into Terraform's state and the manifest. */
export function checkAddress(what: string, url: string, schemes: readonly string[], path: boolean): string[] {
  const expected = `expected ${schemes.map((scheme) => `${scheme}://`).join(', ')} and a host${path ? '' : ', without a path'}`;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.username || parsed?.password)
    return [`has credentials in its ${what}, where everybody could read them; give them as EventSecret`];
  if (!parsed?.host || !schemes.includes(parsed.protocol.slice(0, -1)) || (!path && !/^\/?$/.test(parsed.pathname)))
    return [`has ${what} ${url}; ${expected}`];
  return [];
}

export function checkBrokers(brokers: readonly string[]): string[] {
  if (brokers.length === 0) return ['has no brokers; name at least one host:port'];
  return brokers
    .filter((broker) => !/^[^\s:,/@]+:\d{1,5}$/.test(broker))
    .map((broker) => `has broker ${broker}; expected host:port`);
}
