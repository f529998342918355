export type { FleetFinding, FleetProof, NotProbed, Place, ProbeContext } from './model.js';
export { type ProveOptions, proveFleet } from './prove.js';
export { type Repeats, repeatsFor } from './repeats.js';
export { type TokenSource, tokenFrom, tokensOfDevelopmentIssuer } from './tokens.js';
