export { type Emulator, type EmulatorOptions, type InjectedFault, type SeenRequest, startEmulator } from './server.js';
