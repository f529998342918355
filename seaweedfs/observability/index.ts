export { alertRules, scrapeConfig } from './prometheus.js';
export { proofMetrics } from './textfile.js';
