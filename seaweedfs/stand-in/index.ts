export { FatalStart } from './identities.js';
export type { StartInput } from './load.js';
export { STAND_IN_VERSION, startStandIn } from './server.js';
export { directoryStore, memoryStore, type ObjectStore } from './store.js';
