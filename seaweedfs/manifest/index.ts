export { balancerConfig } from './balancer-config.js';
export { FOREIGN_BUCKET, fleetProbes, PROBE_KEY } from './probes.js';
export type { FleetGateway, FleetManifest, FleetProbe, FleetRole } from './schema.js';
export { parseFleetManifest, readTemplate, serializeFleetManifest } from './serialize.js';
