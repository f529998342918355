import { expect, test } from 'vitest';
import { type AccessProof, accessMetrics, type DriftReport, driftMetrics } from '../../provisioning/index.js';
import { hasPromtool, promtool, whySkipped } from '../observability/promtool.js';

const finding = (severity: 'security' | 'drift'): DriftReport['findings'][number] => ({
  severity,
  category: 'unmanaged',
  kind: 'user',
  name: 'a',
  message: '',
  gives: [],
  details: [],
  wayOut: '',
});

const report: DriftReport = {
  endpoint: 'http://127.0.0.1:9000',
  version: '1.0.1',
  emulated: false,
  findings: [finding('security'), finding('drift'), finding('drift')],
  keyAges: [
    { accessKey: 'loki', component: 'loki', state: 'active', createdAt: '2023-11-14T22:13:20.500Z', ageMs: 1 },
    { accessKey: 'extra', state: 'draining', createdAt: '2023-11-14T22:13:21Z', ageMs: 1 },
    { accessKey: 'old', state: 'active' },
    { accessKey: 'gone', state: 'missing' },
  ],
  notes: [],
};

const DRIFT = `# HELP cdktf_rustfs_drift_findings Differences between the declared and the running server.
# TYPE cdktf_rustfs_drift_findings gauge
cdktf_rustfs_drift_findings{stack="quickstart",severity="security"} 1
cdktf_rustfs_drift_findings{stack="quickstart",severity="drift"} 2
# HELP cdktf_rustfs_access_key_created_timestamp_seconds When each managed access key was made.
# TYPE cdktf_rustfs_access_key_created_timestamp_seconds gauge
cdktf_rustfs_access_key_created_timestamp_seconds{stack="quickstart",access_key="loki",component="loki"} 1700000000
cdktf_rustfs_access_key_created_timestamp_seconds{stack="quickstart",access_key="extra"} 1700000001
# HELP cdktf_rustfs_access_keys_of_unknown_age Managed access keys whose creation nobody recorded, or that are missing.
# TYPE cdktf_rustfs_access_keys_of_unknown_age gauge
cdktf_rustfs_access_keys_of_unknown_age{stack="quickstart"} 2
# HELP cdktf_rustfs_drift_timestamp_seconds When drift was last looked for.
# TYPE cdktf_rustfs_drift_timestamp_seconds gauge
cdktf_rustfs_drift_timestamp_seconds{stack="quickstart"} 1700000100
`;

const ACCESS = `# HELP cdktf_rustfs_access_findings Probes that contradict what is declared, or got no usable answer.
# TYPE cdktf_rustfs_access_findings gauge
cdktf_rustfs_access_findings{stack="quickstart",severity="security"} 0
cdktf_rustfs_access_findings{stack="quickstart",severity="access"} 1
cdktf_rustfs_access_findings{stack="quickstart",severity="error"} 0
# HELP cdktf_rustfs_access_probes Probes of the last proof.
# TYPE cdktf_rustfs_access_probes gauge
cdktf_rustfs_access_probes{stack="quickstart"} 1022
# HELP cdktf_rustfs_access_proof_timestamp_seconds When the last proof ended.
# TYPE cdktf_rustfs_access_proof_timestamp_seconds gauge
cdktf_rustfs_access_proof_timestamp_seconds{stack="quickstart"} 1700000100
`;

test('drift is counted by severity, and keys have the time when they were made', () => {
  expect(driftMetrics('quickstart', report, 1700000100)).toBe(DRIFT);
});

test('the access proof is counted by severity, with zeros, so that an alert can end', () => {
  const proof = {
    probes: { total: 1022, allowed: 108, refused: 913, contradictions: 1 },
    findings: [{ severity: 'access' }],
  } as unknown as AccessProof;
  expect(accessMetrics('quickstart', proof, 1700000100)).toBe(ACCESS);
});

test.skipIf(!hasPromtool)(`promtool takes both${whySkipped}`, () => {
  for (const text of [DRIFT, ACCESS]) {
    expect(promtool(['check', 'metrics'], {}, text)).toEqual({ status: 0, output: '' });
  }
});
