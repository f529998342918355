import type { RouteFactory } from '../core.js';
import { respond } from '../http/respond.js';
import { isOwnHost } from './hosts.js';

/** alknet's health endpoint: `ok`, without authentication. While the gateway drains it is 503, so that load balancers turn away. */
export const healthz: RouteFactory = ({ config, draining }) => ({
  name: 'healthz',
  matches: (exchange) =>
    exchange.target.path === '/healthz' && /^(GET|HEAD)$/.test(exchange.method) && isOwnHost(config, exchange.host),
  async serve(exchange) {
    if (draining()) respond(exchange, 503, 'draining');
    else respond(exchange, 200, 'ok');
  },
});
