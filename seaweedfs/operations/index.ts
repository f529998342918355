export { dockerDriver } from './docker-driver.js';
export type { FleetDriver } from './driver.js';
export { configurationProbe, failoverProbe, filerProbe } from './extra-probes.js';
export { fileJournal } from './journal.js';
export { type RestartOptions, rollingRestart } from './restart.js';
export { replaceSigningKey, rotationNotice } from './rotate-signing-key.js';
export { fleetStatus, STATUS_ASPECTS } from './status.js';
