export { ObservabilityStack } from './observability.js';
export { PhaseAStack } from './phase-a.js';
export { QuickstartStack } from './quickstart.js';
export { RustFsClusterStack } from './rustfs-cluster.js';
export { RustFsDockerStack } from './rustfs-docker.js';
export { SeaweedFsFleetStack } from './seaweedfs-fleet.js';
