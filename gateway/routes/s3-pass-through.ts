import { bearerToken } from '../auth/bearer.js';
import type { RouteFactory } from '../core.js';
import { upstreamHeaders } from '../http/headers.js';
import { isProtectedPath } from '../http/protected-path.js';
import { Refusal } from '../http/refusal.js';
import { virtualHost } from './hosts.js';

/** S3 by virtual host: path, query and Host untouched, so that the client's own signature stays valid. */
export const s3PassThrough: RouteFactory = ({ config, forwarder }) => ({
  name: 's3-pass-through',
  matches: ({ host }) => virtualHost(config, host) !== undefined,
  async serve(exchange) {
    const { target, host } = exchange;
    const bucket = virtualHost(config, host)?.bucket;
    // RustFS looks for its own paths before it looks at the Host; what joins them first would see bucket and path as one.
    if (bucket !== undefined && isProtectedPath(`/${bucket}${target.path}`)) {
      throw new Refusal(403, 'AccessDenied', 'this path is not served to the outside');
    }
    if (bearerToken(exchange)?.startsWith('alk_')) {
      throw new Refusal(401, 'AccessDenied', 'requests to this host are signed (SigV4); bearer tokens are for /s3/');
    }
    await forwarder.forward(exchange, { target: target.raw, headers: upstreamHeaders(exchange) });
  },
});
