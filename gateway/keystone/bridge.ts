import type { GatewayCore, Route, RouteFactory } from '../core.js';
import { type Exchange, headerValues } from '../http/exchange.js';
import { Refusal } from '../http/refusal.js';
import { respond } from '../http/respond.js';
import { virtualHost } from '../routes/hosts.js';
import { callUpstream } from '../upstream/call.js';
import { canonicalTarget, resign, type S3AccessKey } from '../upstream/resign.js';
import { type AnswerKind, type NameScope, NO_BUCKETS, tenantAnswer, tenantBuckets } from './answers.js';
import type { KeystoneConfig } from './config.js';
import { implicitBuckets } from './implicit-bucket.js';
import { bucketPrefix, type S3Path, s3Path, storedCopySource, storedName } from './names.js';
import { actionsOfRoles } from './roles.js';
import { projectSessions, type SessionScope } from './sessions.js';
import { keystoneSignIn } from './sign-in.js';

/** Subresources whose documents name buckets, or that reach beyond one bucket. */
const NOT_SERVED = ['policy', 'replication', 'logging', 'notification', 'inventory', 'events', 'metadataTable'];
/** What a list of buckets may be asked with. */
const LIST_PARAMETERS = ['max-buckets', 'continuation-token', 'bucket-region', 'x-id'];
/** What RustFS or Keystone's own middleware believe of whoever they trust, and what would encode an answer. */
const INTERNAL =
  /^(x-(rustfs|minio)-.*|x-(identity-status|service-.*|user.*|project.*|tenant.*|domain.*|roles?|is-admin.*|subject-token)|accept-encoding)$/;

/**
 * Keystone as a way to sign in at the S3 virtual hosts: a token (`X-Auth-Token`, `X-Storage-Token`) or an EC2 credential is checked
 * by Keystone, and the request goes on, signed anew with a short-lived RustFS credential for the buckets of that project alone.
 * Whatever carries neither is left to the routes behind.
 */
export function keystoneBridge(config: KeystoneConfig): RouteFactory {
  return (core: GatewayCore): Route => {
    const { pool, forwarder } = core;
    const signIn = keystoneSignIn(core, config);
    const held = projectSessions(core, config);
    const implicit = config.implicit_tenants ? implicitBuckets(pool, config.region) : undefined;

    async function listBuckets(exchange: Exchange, query: string | undefined, scope: SessionScope, names: NameScope) {
      const { region } = config;
      const path = canonicalTarget('/', query);
      const list = async () =>
        callUpstream(pool, { method: 'GET', path, service: 's3', region, credential: await held.credential(scope) });
      let answer = await list();
      if (answer.body.includes('<Code>InvalidAccessKeyId</Code>')) {
        held.forget(scope);
        answer = await list();
      }
      const none = answer.status === 403 && answer.body.includes('<Code>AccessDenied</Code>');
      const body = none ? NO_BUCKETS : tenantBuckets(answer.body, names);
      respond(exchange, none ? 200 : answer.status, body, { 'content-type': 'application/xml' });
    }

    return {
      name: 'keystone',
      matches: (exchange) => virtualHost(core.config, exchange.host) !== undefined && signIn.concerns(exchange),
      async serve(exchange) {
        const { host, target, method } = exchange;
        const path = s3Path(target.path, virtualHost(core.config, host)?.bucket);
        const { identity, query } = await signIn.identify(exchange);
        const prefix = bucketPrefix(identity.projectId, config.separator);
        const actions = actionsOfRoles(identity.roles, config.roles, config.implicit_tenants);
        if (actions.length === 0) throw noRights(identity.roles);
        const scope = { bucketPrefix: prefix, actions };
        const names = {
          bucketPrefix: prefix,
          upstream: pool.origin.origin,
          gateway: `${exchange.protocol}://${host.raw}`,
        };
        const parameters = [...new URLSearchParams(query ?? '').keys()];

        if (path.bucket === undefined) {
          if (method !== 'GET' || parameters.some((name) => !LIST_PARAMETERS.includes(name))) throw notServed();
          return listBuckets(exchange, query, scope, names);
        }
        if (parameters.some((name) => NOT_SERVED.includes(name)) && method !== 'DELETE') throw notServed();
        refuseForms(exchange);
        const stored = storedName(path.bucket, prefix);
        const credential = await held.credential(scope);
        if (isWrite(method, path, parameters)) await implicit?.ensure(stored, credential);
        if (method === 'DELETE' && path.rest === '') implicit?.forget(stored);
        await forwarder.forward(exchange, {
          ...signed(exchange, `/${stored}${path.rest}`, query, credential, prefix),
          change: (answer) => tenantAnswer(answer, answerKind(path, parameters), names, () => held.forget(scope)),
        });
      },
      close: () => signIn.close(),
    };

    function signed(
      exchange: Exchange,
      path: string,
      query: string | undefined,
      credential: S3AccessKey,
      prefix: string,
    ) {
      const headers = replacedHeaders(exchange.request.rawHeaders, prefix);
      return resign(exchange, path, { host: pool.origin.host, region: config.region, credential, query, headers });
    }
  };
}

function replacedHeaders(rawHeaders: readonly string[], prefix: string): Map<string, string | undefined> {
  const replaced = new Map<string, string | undefined>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (INTERNAL.test(name)) replaced.set(name, undefined);
  }
  const [source] = headerValues(rawHeaders, 'x-amz-copy-source');
  if (source !== undefined) replaced.set('x-amz-copy-source', storedCopySource(source, prefix));
  return replaced;
}

/** Answers about a key are its content, except for what concerns its multipart uploads. */
function answerKind({ rest }: S3Path, parameters: readonly string[]): AnswerKind {
  return rest === '' || parameters.includes('uploads') || parameters.includes('uploadId') ? 'document' : 'object';
}

/** Does a request begin a new object? */
function isWrite(method: string, { rest }: S3Path, parameters: readonly string[]): boolean {
  if (rest === '') return false;
  if (method === 'POST') return parameters.includes('uploads');
  return method === 'PUT' && parameters.every((name) => name === 'x-id');
}

/** A form brings a signature of its own, made for another path and key. */
function refuseForms({ request }: Exchange): void {
  const type = request.headers['content-type']?.toLowerCase() ?? '';
  if (request.method === 'POST' && /^(multipart\/form-data|application\/x-www-form-urlencoded)\b/.test(type))
    throw new Refusal(403, 'AccessDenied', 'form uploads are not served with Keystone');
}

function noRights(roles: readonly string[]): Refusal {
  const named = roles.length === 0 ? 'no role' : `only roles that give nothing here: ${roles.join(', ')}`;
  return new Refusal(403, 'AccessDenied', `the user has ${named}`);
}

function notServed(): Refusal {
  return new Refusal(501, 'NotImplemented', 'this request reaches beyond one bucket and is not served with Keystone');
}
