export { FatalStart } from './identities.js';
export { loadGateway, type StartInput } from './load.js';
export { STAND_IN_VERSION, type StandIn, type StandInOptions, startStandIn } from './server.js';
export { directoryStore, memoryStore, type ObjectStore } from './store.js';
