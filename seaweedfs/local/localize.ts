import type { FleetManifest } from '../manifest/index.js';

/** The same fleet at ports of this machine: first the gateways', then the balancer's. */
export function localize(manifest: FleetManifest, ports: readonly number[]): FleetManifest {
  const at = (index: number) => `127.0.0.1:${ports[index]}`;
  const last = manifest.gateways.length;
  return {
    ...manifest,
    gateways: manifest.gateways.map((gateway, index) => ({
      ...gateway,
      address: at(index),
      endpoint: `http://${at(index)}`,
    })),
    balancer: {
      ...manifest.balancer,
      endpoint: `http://${at(last)}`,
      listen: { address: '127.0.0.1', port: ports[last] ?? 0 },
      direct: [],
    },
  };
}
