export type { FleetFinding, FleetProof, NotProbed, ProbeContext } from './model.js';
export { observeFleet, type ProveOptions, proveFleet } from './prove.js';
export { repeatsFor } from './repeats.js';
export { type OpenFleet, openFleet } from './target.js';
export { tokenFrom, tokensOfDevelopmentIssuer } from './tokens.js';
