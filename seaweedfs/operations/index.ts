export { dockerDriver } from './docker-driver.js';
export { type FleetDriver, FleetOperationError } from './driver.js';
export { configurationProbe, failoverProbe, filerProbe } from './extra-probes.js';
export { fileJournal, type Journal } from './journal.js';
export { type RestartOptions, type RestartStep, rollingRestart } from './restart.js';
export { replaceSigningKey, rotationNotice } from './rotate-signing-key.js';
export { type FleetStatus, fleetStatus, STATUS_ASPECTS } from './status.js';
