import { dev } from './dev.js';
import type { Environment } from './environment.js';
import { production } from './production.js';
import { staging } from './staging.js';

export type { Environment } from './environment.js';

/** In the order in which a change reaches them. */
export const environments: readonly Environment[] = [dev, staging, production];
