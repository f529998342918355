import { eventTargetName, type ManifestEventTarget } from '../manifest/index.js';
import { isLoopback } from '../policies/index.js';
import { EventSecret } from './event-secret.js';
import type { EventTarget } from './event-target.js';
import { ServerPath } from './event-target-fields.js';
import type { ServerFile, ServerPart } from './server-part.js';

export type EventPurpose = ManifestEventTarget['purpose'];

/** Where the queues of a container are: a volume of their own, because the image's user cannot make RustFS' default directories. */
export const QUEUE_VOLUME = '/events';

/** Where the server runs: a container of this stack, containers of a cluster, or what somebody else runs. */
export type ServerPlace = 'container' | 'cluster' | 'elsewhere';

interface Placement {
  readonly purpose: EventPurpose;
  readonly place: ServerPlace;
}

/** Where a certificate or the like of the project lies in the container. */
const containerPath = (target: EventTarget, purpose: EventPurpose, field: string) =>
  `/etc/rustfs/events/${purpose}-${target.type}-${target.id}-${field}`;

/** A target as the manifest has it. @throws Error for what the server's place makes impossible */
export function manifestEventTarget(target: EventTarget, { purpose, place }: Placement): ManifestEventTarget {
  const container = place !== 'elsewhere';
  const { type, id, _options: options, _fields: fields, _traits: traits } = target;
  const managedBy = options.managedBy ?? (container ? 'environment' : 'api');
  const who = `event target ${id}`;
  if (container && managedBy === 'api')
    throw new Error(`${who} is managedBy api, but a container gets its targets from its environment; leave it out`);
  const settings: Record<string, string> = {};
  const secrets: ManifestEventTarget['secrets'] = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (value instanceof EventSecret) {
      if (container && value._reference.type === 'store')
        throw new Error(`${who}: a container reads ${key} from a file; use EventSecret.file('secrets/…')`);
      secrets[key] = value._reference;
    } else if (value instanceof ServerPath) {
      const absolute = value.path.startsWith('/');
      if (!container && !absolute)
        throw new Error(
          `${who}: ${key} is ${value.path}; for a server that runs elsewhere expected an absolute path on that server`,
        );
      settings[key] = absolute ? value.path : containerPath(target, purpose, key);
    } else settings[key] = String(value);
  }
  const { queueDirectory = place === 'container' ? `${QUEUE_VOLUME}/${purpose}` : '', queueLimit } = options;
  if (place === 'cluster' && queueDirectory !== '')
    throw new Error(
      `${who} has queueDirectory ${queueDirectory}, but the nodes of a cluster have no volume for queues; leave it out`,
    );
  if (place === 'container' && queueDirectory !== '' && !`${queueDirectory}/`.startsWith(`${QUEUE_VOLUME}/`))
    throw new Error(
      `${who} has queueDirectory ${queueDirectory}, but the container's volume for queues is at ${QUEUE_VOLUME}; choose a directory below it, or leave it out`,
    );
  settings.queue_dir = queueDirectory;
  if (queueLimit !== undefined) settings.queue_limit = String(queueLimit);
  return {
    ...{ purpose, type, id, managedBy, settings, secrets },
    ...(traits.eventsUrl === undefined ? {} : { eventsUrl: traits.eventsUrl }),
  };
}

/** What means "this machine" is the container itself, inside the container. */
function checkReachable({ id, _traits: { addresses = [] } }: EventTarget): void {
  const local = addresses.find((address) => isLoopback(new URL(address.replace(/^[\w+]+:/, 'http:')).hostname));
  if (local === undefined) return;
  throw new Error(
    `event target ${id}: RustFS in its container cannot reach ${local.replace(/^kafka:\/\//, '')}, which is the container itself there; use a name that the container resolves, such as that of a container in its network, or host.docker.internal`,
  );
}

/** What RustFS has to be allowed to reach: webhooks alone are subject to it (tried on a running 1.0.1: MQTT and Redis on loopback are not). */
export const outboundOrigins = ({ type, _traits: { addresses = [] } }: EventTarget): readonly string[] =>
  type === 'webhook' ? addresses.map((address) => new URL(address).origin) : [];

/** What one target adds to a RustFS container, or to each of a cluster. */
export function eventTargetPart(
  target: EventTarget,
  purpose: EventPurpose,
  place: Exclude<ServerPlace, 'elsewhere'> = 'container',
): ServerPart {
  checkReachable(target);
  const { type, id, _fields: fields } = target;
  const { settings, secrets } = manifestEventTarget(target, { purpose, place });
  const module = purpose.toUpperCase();
  const variable = (field: string) => `RUSTFS_${module}_${type}_${field}_${id}`.toUpperCase();
  const what = (field: string) => `${field} of event target ${eventTargetName({ purpose, type, id })}`;
  const files: ServerFile[] = Object.entries(fields).flatMap(([field, value]) =>
    value instanceof ServerPath && !value.path.startsWith('/')
      ? [{ what: what(field), projectPath: value.path, path: containerPath(target, purpose, field) }]
      : [],
  );
  return {
    environment: {
      [`RUSTFS_${module}_ENABLE`]: 'true',
      [variable('enable')]: 'on',
      ...Object.fromEntries(Object.entries(settings).map(([field, value]) => [variable(field), value])),
    },
    files,
    secretVariables: Object.entries(secrets).flatMap(([field, reference]) =>
      reference.type === 'file'
        ? [
            {
              what: what(field),
              variable: variable(field),
              projectPath: reference.file,
              path: containerPath(target, purpose, field),
            },
          ]
        : [],
    ),
    outboundOrigins: outboundOrigins(target),
    volumes: settings.queue_dir === '' ? [] : [{ name: 'events', path: QUEUE_VOLUME }],
    warnings: fields.skip_tls_verify === true ? [`${what('skipTlsVerify')}: RustFS takes any certificate`] : [],
  };
}
