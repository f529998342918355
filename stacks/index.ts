export { PhaseAStack } from './phase-a.js';
export { PhaseBStack } from './phase-b.js';
export { PhaseDStack } from './phase-d.js';
export { QuickstartStack } from './quickstart.js';
export { RustFsDockerStack } from './rustfs-docker.js';
export { SeaweedFsFleetStack } from './seaweedfs-fleet.js';
