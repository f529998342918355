import type { RouteFactory } from '../core.js';
import { hasBody } from '../http/exchange.js';
import { upstreamHeaders } from '../http/headers.js';
import { Refusal } from '../http/refusal.js';
import { virtualHost } from './hosts.js';

/**
 * The paths of the login, compared byte by byte with what came: RustFS itself decodes nothing, and whoever writes them another
 * way gets the pass-through's refusal (source: 1.0.1 admin/router.rs; ids as in RUSTFS_IDENTITY_OPENID_*_<id>).
 */
const LOGIN = /^\/rustfs\/admin\/v3\/oidc\/(?:providers|logout|(?:authorize|callback)\/[A-Za-z0-9_]{1,64})$/;

/** None of the paths looks at who asks, so nothing that could sign a request of the administration goes with them. */
const CREDENTIALS = new Set(['authorization', 'x-amz-security-token', 'x-amz-date', 'x-amz-content-sha256']);

/** RustFS' login by OpenID provider, at the S3 virtual hosts: browsers come back to the Host that they began at. */
export const oidcLogin: RouteFactory = ({ config, forwarder }) => ({
  name: 'oidc-login',
  matches({ method, target, host }) {
    const found = virtualHost(config, host);
    return method === 'GET' && found !== undefined && found.bucket === undefined && LOGIN.test(target.path);
  },
  async serve(exchange) {
    if (hasBody(exchange.request)) throw new Refusal(400, 'InvalidRequest', 'this request has no body');
    const headers = upstreamHeaders(exchange, CREDENTIALS);
    await forwarder.forward(exchange, { target: exchange.target.raw, headers, administration: true });
  },
});
