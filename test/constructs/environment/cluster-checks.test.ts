import { expect, test } from 'vitest';
import { settingsProblems, settingsWarnings } from '../../../constructs/environment/checks.js';
import { renderSettings } from '../../../constructs/environment/render.js';
import type { RustFsSettings } from '../../../constructs/index.js';

const problems = (settings: object, version: '1.0.1' | '1.0.0-beta.7' = '1.0.1') =>
  renderSettings(settings as RustFsSettings, version).problems;

test('between nodes are for clusters alone', () => {
  const between = { internode: { bulkConnections: 2 }, health: { requirePeers: true } };
  expect(problems(between)).toEqual([
    'settings.internode.bulkConnections: RUSTFS_INTERNODE_BULK_CHANNELS has an effect between nodes alone; leave it out, or declare a RustFsCluster',
    'settings.health.requirePeers: RUSTFS_HEALTH_PEER_READY_CHECK_ENABLE has an effect between nodes alone; leave it out, or declare a RustFsCluster',
  ]);
  expect(renderSettings(between, '1.0.1', true)).toEqual({
    problems: [],
    part: {
      environment: {
        RUSTFS_INTERNODE_BULK_CHANNELS: '2',
        RUSTFS_INTERNODE_CHANNEL_ISOLATION: 'true',
        RUSTFS_HEALTH_PEER_READY_CHECK_ENABLE: 'true',
      },
      files: [],
      prepare: [],
      secretVariables: [],
    },
  });
  expect(renderSettings({ internode: { prewarm: true } }, '1.0.0-beta.7', true).problems).toEqual([
    'settings.internode.prewarm: RUSTFS_INTERNODE_PREWARM has no effect in RustFS 1.0.0-beta.7, which does not know it; leave it out, or take version 1.0.1',
  ]);
  expect(settingsWarnings(between)).toEqual([
    'settings.health.requirePeers: while one node is away no other is ready, so a load balancer or the Service of Kubernetes has none left',
  ]);
  expect(settingsWarnings({ internode: { requireDigest: true, requireSignature: false } })).toEqual([
    'settings.internode.requireDigest: nodes of 1.0.0-beta.7 cannot take part, so a rolling upgrade from it needs this unset',
  ]);
});

test('of a cluster have to fit its layout, its lack of certificates and the names of its nodes', () => {
  const of = (settings: RustFsSettings) =>
    settingsProblems(settings, {
      storage: { drives: 8 },
      tls: false,
      cluster: { names: ['node1', 'rustfs-0.rustfs.ns.svc.cluster.local', 's3.example.com'] },
    });
  expect(
    of({ storage: { reducedParity: 'EC:2' }, server: { domains: ['s3.example.com', 'cdn.example.com'] } }),
  ).toEqual([]);
  expect(of({ storage: { reducedParity: 'EC:5' } })).toEqual([
    'settings.storage.reducedParity (value: EC:5): a set of 8 drives has at most 4 for parity, and RustFS 1.0.1 does not start with more',
  ]);
  expect(
    of({
      storage: { standardParity: 'EC:02', setDriveCount: 4 },
      ftp: { enabled: true },
      ftps: { enabled: true },
      webdav: { enabled: true, tls: false },
      trust: { clientKeyFile: 'certs/client.key' },
      connect: { endpoint: 'https://connect.example/agent/' },
      kmsTuning: { backupKeyId: 'a' },
    }),
  ).toEqual([
    'settings.storage.standardParity (value: EC:02): a cluster counts its capacity with its own prop; set parity to 2 instead',
    'settings.storage.setDriveCount (value: 4): a cluster counts its capacity with the sets that RustFS chooses; leave it out',
    ...['ftp', 'ftps', 'webdav'].map(
      (group) =>
        `settings.${group}: a cluster has no certificates and publishes S3 and its console alone; leave it out, or declare a RustFs`,
    ),
    'settings.trust.clientCertificateFile: a cluster has no certificates; leave it out, or declare a RustFs',
    'settings.connect: a cluster has no volume for its state; leave it out, or declare a RustFs',
    'settings.kmsTuning.backupKeyFile: a cluster has no volume for backups; leave it out, or declare a RustFs',
  ]);
  expect(of({ server: { domains: ['svc.cluster.local'] } })).toEqual([
    'settings.server.domains: rustfs-0.rustfs.ns.svc.cluster.local is below svc.cluster.local, which RustFS refuses, and the server is reached by one of them; take another domain',
  ]);
  expect(of({ server: { domains: ['eu.s3.example.com'] } })).toEqual([
    'settings.server.domains: eu.s3.example.com is below s3.example.com, which RustFS refuses, and the server is reached by one of them; take another domain',
  ]);
});
