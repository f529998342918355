export type { FleetFinding, FleetProof, NotProbed, Place, ProbeContext } from './model.js';
export { observeFleet, type ProveOptions, proveFleet } from './prove.js';
export { type Repeats, repeatsFor } from './repeats.js';
export { type OpenFleet, openFleet } from './target.js';
export { type TokenSource, tokenFrom, tokensOfDevelopmentIssuer } from './tokens.js';
