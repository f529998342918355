export { PhaseAStack } from './phase-a.js';
export { PhaseBStack } from './phase-b.js';
export { QuickstartStack } from './quickstart.js';
export { RustFsDockerStack } from './rustfs-docker.js';
export { SeaweedFsFleetStack } from './seaweedfs-fleet.js';
