export { type EventSettings, type EventTargetConfig, eventsFromEnvironment } from './events/config.js';
export { type OidcProviderConfig, type OidcSettings, oidcFromEnvironment } from './oidc/config.js';
export {
  type Emulator,
  type EmulatorOptions,
  type EmulatorTls,
  type InjectedFault,
  type SeenRequest,
  startEmulator,
} from './server.js';
