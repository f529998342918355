/** A fleet of stand-ins in this process, with its manifest, and a configuration for each gateway. */
import type { Credentials } from '../../../provisioning/wire.js';
import { createWire } from '../../../provisioning/wire.js';
import type { NamedPolicyConfig, RoleConfig } from '../../../seaweedfs/config/model.js';
import { type DevelopmentIssuer, startDevelopmentIssuer } from '../../../seaweedfs/development-issuer/issuer.js';
import { startRoundRobin } from '../../../seaweedfs/local/round-robin.js';
import { type FleetManifest, fleetProbes } from '../../../seaweedfs/manifest/index.js';
import {
  type FleetProof,
  type ProbeContext,
  proveFleet,
  repeatsFor,
  tokensOfDevelopmentIssuer,
} from '../../../seaweedfs/proof/index.js';
import { memoryStore, type ObjectStore, type StartInput, startStandIn } from '../../../seaweedfs/stand-in/index.js';

export const ADMIN: Credentials = {
  accessKeyId: 'FLEETADMINKEY0000001',
  secretAccessKey: 'fleet-admin-secret-for-tests',
};
export const AUDITOR: Credentials = {
  accessKeyId: 'FLEETAUDITKEY0000001',
  secretAccessKey: 'fleet-audit-secret-for-tests',
};
export const CLIENT = 'fleet-client';
export const SIGNING_KEY = Buffer.from('fleet-signing-key-for-tests-only').toString('base64');

const policies: readonly NamedPolicyConfig[] = [
  {
    name: 'logs-rw',
    document: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: ['arn:aws:s3:::logs/*'] },
        { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::logs'] },
      ],
    },
  },
  {
    name: 'logs-ro',
    document: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::logs/*'] },
        { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::logs'] },
      ],
    },
  },
];

const web = {
  effect: 'Allow',
  providers: ['idp'],
  identities: [],
  actions: ['sts:AssumeRoleWithWebIdentity'],
} as const;
const roles: FleetManifest['roles'] = [
  {
    name: 'Writer',
    arn: arn('Writer'),
    trust: [{ ...web, providers: ['idp'], identities: [], actions: [...web.actions], conditions: {} }],
    policies: ['logs-rw'],
  },
  {
    name: 'Developer',
    arn: arn('Developer'),
    trust: [
      {
        ...web,
        providers: ['idp'],
        identities: [],
        actions: [...web.actions],
        conditions: { StringEquals: { 'oidc:team': 'storage' } },
      },
    ],
    policies: ['logs-ro'],
  },
  {
    name: 'Auditor',
    arn: arn('Auditor'),
    trust: [{ effect: 'Allow', providers: [], identities: ['auditor'], actions: ['sts:AssumeRole'], conditions: {} }],
    policies: ['logs-ro'],
  },
];

function arn(name: string): string {
  return `arn:aws:iam::000000000000:role/${name}`;
}

/** The iam.config that the manifest stands for, written by hand. */
export function goodConfig(issuer: string) {
  const trust = (Principal: object, Action: string, Condition?: object) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: [Action], ...(Condition && { Condition }) }],
  });
  return {
    sts: {
      issuer: 'fleet-sts',
      signingKey: SIGNING_KEY,
      tokenDuration: '1h',
      maxSessionLength: '12h',
      providers: [{ name: 'idp', type: 'oidc', enabled: true, config: { issuer, clientIds: [CLIENT] } }],
    },
    policy: { defaultEffect: 'Deny', storeType: 'memory' },
    policies: policies as unknown[],
    roles: [
      {
        roleName: 'Writer',
        trustPolicy: trust({ Federated: 'idp' }, 'sts:AssumeRoleWithWebIdentity'),
        attachedPolicies: ['logs-rw'],
      },
      {
        roleName: 'Developer',
        trustPolicy: trust({ Federated: 'idp' }, 'sts:AssumeRoleWithWebIdentity', {
          StringEquals: { 'oidc:team': 'storage' },
        }),
        attachedPolicies: ['logs-ro'],
      },
      {
        roleName: 'Auditor',
        trustPolicy: trust({ AWS: 'arn:aws:iam::000000000000:user/auditor' }, 'sts:AssumeRole'),
        attachedPolicies: ['logs-ro'],
      },
    ] as unknown[],
    identities: [
      {
        name: 'admin',
        credentials: [{ accessKey: ADMIN.accessKeyId, secretKey: ADMIN.secretAccessKey }],
        actions: ['Admin'],
      },
      {
        name: 'auditor',
        credentials: [{ accessKey: AUDITOR.accessKeyId, secretKey: AUDITOR.secretAccessKey }],
        actions: ['List:logs'],
      },
    ] as unknown[],
  };
}

export type Config = ReturnType<typeof goodConfig>;

export interface Addresses {
  readonly gateways: readonly string[];
  readonly balancer: string;
}

export function manifestOf({ gateways, balancer }: Addresses, issuer: string): FleetManifest {
  const asConfig = roles.map(({ name, policies: attached }): RoleConfig => ({ name, trust: [], policies: attached }));
  return {
    version: 1,
    kind: 'seaweedfs-fleet',
    stack: 'test',
    fleet: 'fleet',
    weedVersion: '4.44',
    engine: 'docker',
    templateFile: 'template.json',
    templateSha256: '0'.repeat(64),
    secretsDir: 'secrets',
    configFile: 'iam.json',
    runAs: '1000:1000',
    filers: ['filer:8888'],
    gateways: gateways.map((endpoint, index) => ({
      name: `gateway-${index + 1}`,
      endpoint,
      address: new URL(endpoint).host,
      container: `fleet-gateway-${index + 1}`,
    })),
    balancer: {
      kind: 'nginx',
      endpoint: balancer,
      container: 'fleet-balancer',
      configFile: 'balancer/nginx.conf',
      listen: { address: '127.0.0.1', port: Number(new URL(balancer).port) },
      direct: [],
    },
    issuer: 'fleet-sts',
    signingKey: { secret: 'fleet-signing-key' },
    providers: [{ name: 'idp', type: 'oidc', enabled: true, issuer, clientIds: [CLIENT], development: true }],
    roles,
    policies: policies.map(({ name, document }) => ({ name, document })),
    identities: [
      { name: 'admin', secret: 'fleet-admin', actions: ['Admin'] },
      { name: 'auditor', secret: 'fleet-auditor', actions: ['List:logs'] },
    ],
    probeIdentity: 'admin',
    probes: [...fleetProbes(asConfig, policies)],
  };
}

export interface ProveSettings {
  /** @default a development issuer's */
  readonly tokens?: ProbeContext['tokens'];
  /** @default 0.9 */
  readonly confidence?: number;
}

/** The proof of a fleet at these addresses, with a development issuer's tokens. */
export async function proofAt(
  addresses: Addresses,
  issuer: DevelopmentIssuer,
  settings: ProveSettings = {},
): Promise<FleetProof> {
  const manifest = manifestOf(addresses, issuer.issuer);
  const places = [
    ...manifest.gateways.map(({ name, endpoint }) => ({
      name,
      kind: 'gateway' as const,
      wire: createWire({ endpoint }),
    })),
    { name: 'balancer', kind: 'balancer' as const, wire: createWire({ endpoint: addresses.balancer }) },
  ];
  try {
    return await proveFleet({
      manifest,
      places,
      repeats: repeatsFor(manifest.gateways.length, settings.confidence ?? 0.9),
      admin: ADMIN,
      identities: new Map([
        ['admin', ADMIN],
        ['auditor', AUDITOR],
      ]),
      tokens: 'tokens' in settings ? settings.tokens : tokensOfDevelopmentIssuer(issuer.issuer, CLIENT),
      tokenDurationMs: 3600_000,
    });
  } finally {
    for (const { wire } of places) wire.close();
  }
}

export interface TestFleet {
  readonly addresses: Addresses;
  readonly store: ObjectStore;
  close(): Promise<void>;
}

/** @param inputs what each gateway is started with */
export async function startFleet(inputs: readonly StartInput[]): Promise<TestFleet> {
  const store = memoryStore();
  await store.createBucket('logs');
  const gateways = await Promise.all(inputs.map((input) => startStandIn({ ...input, store })));
  const balancer = await startRoundRobin(gateways.map(({ endpoint }) => endpoint));
  return {
    addresses: { gateways: gateways.map(({ endpoint }) => endpoint), balancer: balancer.endpoint },
    store,
    async close() {
      await balancer.close();
      await Promise.all(gateways.map((gateway) => gateway.close()));
    },
  };
}

export function testIssuer(): Promise<DevelopmentIssuer> {
  return startDevelopmentIssuer({ clientId: CLIENT });
}
