/** What `cdktf-rustfs drift --textfile` and `verify --textfile` write. Each has the label `stack`. */
export const DRIFT_METRICS = {
  /** By `severity`. */
  findings: 'cdktf_rustfs_drift_findings',
  time: 'cdktf_rustfs_drift_timestamp_seconds',
  /** By `access_key` and `component`. */
  keyCreated: 'cdktf_rustfs_access_key_created_timestamp_seconds',
  /** Keys that cannot be told an age: nobody recorded their creation, or the store does not have them. */
  keysOfUnknownAge: 'cdktf_rustfs_access_keys_of_unknown_age',
} as const;

export const PROOF_METRICS = {
  /** By `severity`. */
  findings: 'cdktf_rustfs_access_findings',
  probes: 'cdktf_rustfs_access_probes',
  time: 'cdktf_rustfs_access_proof_timestamp_seconds',
} as const;
