import type { BalancerConfig } from '../balancer/index.js';
import type { FleetManifest } from './schema.js';

/** What the balancer of a fleet is configured from; `down` are gateways that get no new requests. */
export function balancerConfig(manifest: FleetManifest, down: ReadonlySet<string> = new Set()): BalancerConfig {
  return {
    listen: manifest.balancer.listen,
    gateways: manifest.gateways.map(({ name, address }) => ({ name, address, down: down.has(name) })),
    direct: manifest.balancer.direct,
  };
}
