export { type RenderedFiles, renderFleetFiles, writeBalancerFile } from './render-files.js';
export { SIGNING_KEY_ID } from './secrets.js';
