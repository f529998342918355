import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SeaweedFsFilers } from '../../../constructs/index.js';
import { fleetDocuments } from '../../../constructs/seaweedfs-fleet-manifest.js';
import { resolveFleetProps } from '../../../constructs/seaweedfs-fleet-props.js';
import { alertRules, proofMetrics, scrapeConfig } from '../../../seaweedfs/observability/index.js';
import type { FleetProof } from '../../../seaweedfs/proof/index.js';

const directory = mkdtempSync(join(tmpdir(), 'prometheus-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const { manifest } = fleetDocuments(
  'test',
  'test-fleet',
  resolveFleetProps(
    {
      iam: { sts: { issuer: 'test-sts' }, identities: [{ name: 'admin', actions: ['Admin'] }] },
      filers: SeaweedFsFilers.existing(['filer:8888']),
      gateways: 2,
    },
    'test',
  ),
);

const finding = (probe: FleetProof['findings'][number]['probe'], place: string): FleetProof['findings'][number] => ({
  probe,
  place,
  request: '',
  expected: '',
  got: '',
  times: 1,
  tries: 1,
  meaning: '',
  wayOut: '',
});

const proof: FleetProof = {
  fleet: 'test-fleet',
  standIn: false,
  gateways: 2,
  repeats: { balancer: 1 } as FleetProof['repeats'],
  probes: { total: 40, asExpected: 38 },
  findings: [
    finding('anonymous-refused', 'gateway-2'),
    finding('sts-loaded', 'gateway-2'),
    finding('anonymous-refused', 'gateway-2'),
  ],
  notProbed: [],
};

test('every gateway is scraped under its name', () => {
  const { scrape_configs } = parse(scrapeConfig(manifest)) as {
    scrape_configs: { static_configs: { targets: string[]; labels: { gateway: string } }[] }[];
  };
  expect(
    scrape_configs[0]?.static_configs.map(({ labels, targets }) => [
      labels.gateway,
      targets[0]?.replace(/-[0-9a-f]{8}:/, '-*:'),
    ]),
  ).toEqual([
    ['gateway-1', 'test-fleet-gateway-1-*:9327'],
    ['gateway-2', 'test-fleet-gateway-2-*:9327'],
  ]);
});

test('findings are counted by probe and place', () => {
  expect(
    proofMetrics(proof, 1700000000),
  ).toBe(`# HELP cdktf_rustfs_fleet_findings Contradictions between the declared and the running fleet, by probe and place.
# TYPE cdktf_rustfs_fleet_findings gauge
cdktf_rustfs_fleet_findings{fleet="test-fleet",probe="anonymous-refused",place="gateway-2"} 2
cdktf_rustfs_fleet_findings{fleet="test-fleet",probe="sts-loaded",place="gateway-2"} 1
# HELP cdktf_rustfs_fleet_probes Probes of the last proof.
# TYPE cdktf_rustfs_fleet_probes gauge
cdktf_rustfs_fleet_probes{fleet="test-fleet"} 40
# HELP cdktf_rustfs_fleet_probes_as_expected Probes that were answered as declared.
# TYPE cdktf_rustfs_fleet_probes_as_expected gauge
cdktf_rustfs_fleet_probes_as_expected{fleet="test-fleet"} 38
# HELP cdktf_rustfs_fleet_proof_timestamp_seconds When the last proof ended.
# TYPE cdktf_rustfs_fleet_proof_timestamp_seconds gauge
cdktf_rustfs_fleet_proof_timestamp_seconds{fleet="test-fleet"} 1700000000
`);
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;
const why = promtool ? '' : ' (skipped: no promtool on PATH)';

describe.skipIf(!promtool)(`promtool${why}`, () => {
  const run = (args: readonly string[], input?: string) =>
    spawnSync('promtool', args, { encoding: 'utf8', input, cwd: directory });

  test('accepts the scrape configuration, the rules and the metrics', () => {
    writeFileSync(join(directory, 'prometheus.yml'), scrapeConfig(manifest));
    writeFileSync(join(directory, 'rules.yml'), alertRules(manifest));
    expect(run(['check', 'config', 'prometheus.yml']).stderr).toBe('');
    expect(run(['check', 'config', 'prometheus.yml']).status).toBe(0);
    expect(run(['check', 'rules', 'rules.yml']).stdout).toContain('SUCCESS: 9 rules found');
    expect(run(['check', 'metrics'], proofMetrics(proof, 1700000000))).toMatchObject({
      stdout: '',
      stderr: '',
      status: 0,
    });
  });

  test('an open gateway fires at once, a healthy fleet does not', () => {
    writeFileSync(join(directory, 'rules.yml'), alertRules(manifest));
    const open = { eval_time: '1m', alertname: 'SeaweedFsGatewayOpen' };
    const series = (place: string) => [
      {
        series: `cdktf_rustfs_fleet_findings{fleet="test-fleet",probe="anonymous-refused",place="${place}"}`,
        values: '1x5',
      },
    ];
    const annotations = { summary: 'gateway-2 lets requests in without a valid key: take it out of the balancer' };
    const labels = { severity: 'critical', fleet: 'test-fleet', place: 'gateway-2' };
    writeFileSync(
      join(directory, 'test.yml'),
      JSON.stringify({
        rule_files: ['rules.yml'],
        evaluation_interval: '1m',
        tests: [
          {
            interval: '1m',
            input_series: series('gateway-2'),
            alert_rule_test: [{ ...open, exp_alerts: [{ exp_labels: labels, exp_annotations: annotations }] }],
          },
          { interval: '1m', input_series: [], alert_rule_test: [{ ...open, exp_alerts: [] }] },
        ],
      }),
    );
    const { stdout, stderr, status } = run(['test', 'rules', 'test.yml']);
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(status).toBe(0);
  });
});
