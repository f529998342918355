export { balancerConfig } from './balancer-config.js';
export { FOREIGN_BUCKET, fleetProbes, PROBE_KEY } from './probes.js';
export {
  FLEET_MANIFEST_VERSION,
  type FleetBalancer,
  type FleetGateway,
  type FleetManifest,
  type FleetProbe,
  type FleetProvider,
  type FleetRole,
  fleetManifestSchema,
} from './schema.js';
export { FleetManifestError, parseFleetManifest, readTemplate, serializeFleetManifest } from './serialize.js';
