import type { IdentityProvider } from './auth/identity.js';
import type { DynamicConfig } from './config/dynamic.js';
import type { StaticConfig } from './config/static.js';
import type { Exchange } from './http/exchange.js';
import type { RateLimiter } from './limits/rate-limiter.js';
import type { Log } from './observe/log.js';
import type { Metrics } from './observe/metrics.js';
import type { Forwarder } from './upstream/forward.js';
import type { UpstreamPool } from './upstream/pool.js';

/** What every route works with. */
export interface GatewayCore {
  readonly config: StaticConfig;
  /** The dynamic configuration in force at the moment. */
  readonly dynamic: () => DynamicConfig;
  readonly identities: IdentityProvider;
  readonly limiter: RateLimiter;
  readonly pool: UpstreamPool;
  readonly forwarder: Forwarder;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Does the gateway still take new work? */
  readonly draining: () => boolean;
}

/** A part of the gateway that answers some of the requests. Ways to sign in are further routes before the pass-through. */
export interface Route {
  /** Label in log and metrics. */
  readonly name: string;
  matches(exchange: Exchange): boolean;
  /** Answers the request, or throws a {@link Refusal}. */
  serve(exchange: Exchange): Promise<void>;
  /** Frees what the route holds. */
  close?(): Promise<void> | void;
}

export type RouteFactory = (core: GatewayCore) => Route;
