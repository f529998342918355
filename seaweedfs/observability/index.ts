export { alertRules, type FleetMonitoringOptions, scrapeConfig } from './prometheus.js';
export { PROOF_METRICS, proofMetrics } from './textfile.js';
