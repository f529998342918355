/** From the stack to the proof: synthesized, rendered, run behind the real nginx, and proven. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, test } from 'vitest';
import { synthesize } from '../../cli/up/synth.js';
import { createWire } from '../../provisioning/wire.js';
import { renderFleetFiles } from '../../seaweedfs/deploy/index.js';
import { startDevelopmentIssuer } from '../../seaweedfs/development-issuer/issuer.js';
import { localFleet } from '../../seaweedfs/local/local-fleet.js';
import { localize } from '../../seaweedfs/local/localize.js';
import { parseFleetManifest } from '../../seaweedfs/manifest/index.js';
import {
  type FleetProof,
  openFleet,
  proveFleet,
  repeatsFor,
  tokensOfDevelopmentIssuer,
} from '../../seaweedfs/proof/index.js';
import { freePorts, programOnPath, startWeedStorage, WEED, weedS3 } from '../seaweedfs/support/weed.js';
import { bin, repository } from './fixture.js';

const nginx = programOnPath('nginx');
if (nginx === undefined) console.warn('skipped: nginx is not installed (Debian: apt-get install nginx-light)');
if (WEED === undefined) console.warn('skipped: no weed on PATH or in the variable WEED');

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe('stack seaweedfs-fleet', () => {
  test.skipIf(nginx === undefined)(
    'fleet demo proves it on stand-ins',
    async () => {
      const { stdout, stderr, exitCode } = await execa(process.execPath, [bin, 'fleet', 'demo', '--json'], {
        cwd: repository,
        reject: false,
        stdin: 'ignore',
      });
      expect([exitCode, stderr]).toEqual([0, '']);
      const proof = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as FleetProof;
      expect(proof.findings).toEqual([]);
      expect(proof).toMatchObject({ fleet: 'seaweedfs-fleet-storage', gateways: 3, standIn: true });
      expect(proof.notProbed.map(({ what }) => what)).toEqual(['policies left on the filer']);
    },
    120_000,
  );

  test.skipIf(nginx === undefined || WEED === undefined)(
    'on a real weed',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'fleet-e2e-'));
      ends.push(() => rmSync(directory, { recursive: true, force: true }));
      const issuer = await startDevelopmentIssuer();
      ends.push(() => issuer.close());
      const stackDir = await synthesize(
        repository,
        'seaweedfs-fleet',
        { SEAWEEDFS_OIDC_ISSUER: issuer.issuer },
        'fleet.json',
      );
      const manifestFile = join(stackDir, 'fleet.json');
      const declared = parseFleetManifest(readFileSync(manifestFile, 'utf8'), manifestFile);
      const runAs = `${process.getuid?.()}:${process.getgid?.()}`;
      const manifest = { ...localize(declared, await freePorts(4)), runAs };
      const { configFile } = await renderFleetFiles({ manifest, manifestFile, projectDir: directory });
      const storage = await startWeedStorage(WEED ?? '');
      ends.push(() => storage.close());
      const fleet = localFleet({
        manifest,
        directory,
        iamConfig: () => readFileSync(configFile, 'utf8'),
        balancer: nginx ?? '',
        command: (_, port, iamConfig) => weedS3(WEED ?? '', storage.filer, port, { iamConfig }),
      });
      ends.push(() => fleet.close());
      await fleet.startAll();
      const open = await openFleet({ manifest, manifestFile, projectDir: directory });
      ends.push(() => open.close());
      const wire = createWire({ endpoint: manifest.balancer.endpoint });
      await wire.send({ method: 'PUT', path: '/reports' }, open.admin);
      wire.close();
      const { findings, notProbed, standIn } = await proveFleet({
        ...open,
        tokens: tokensOfDevelopmentIssuer(issuer.issuer, 'seaweedfs'),
        repeats: repeatsFor(3, 0.99),
      });
      expect(findings).toEqual([]);
      expect(notProbed).toEqual([]);
      expect(standIn).toBe(false);
    },
    180_000,
  );
});
