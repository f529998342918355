import * as z from 'zod';

/** Version of the fleet manifest's format. A manifest of another version is refused, never guessed at. */
export const FLEET_MANIFEST_VERSION = 1;

const name = z.string().min(1);
const endpoint = z.url({ protocol: /^https?$/ });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const oneOrMany = z.union([z.string(), z.array(z.string())]);

const gateway = z.strictObject({
  name,
  endpoint: endpoint.meta({ description: 'Reaches this gateway and no other.' }),
  address: name.meta({ description: 'host:port as the balancer reaches it.' }),
  container: name.meta({ description: 'Name of the Docker container, or of the Swarm service.' }),
});

const balancer = z.strictObject({
  kind: z.enum(['nginx', 'haproxy']),
  endpoint,
  container: name,
  configFile: name.meta({ description: 'Its configuration, relative to the project directory.' }),
  listen: z.strictObject({ address: name, port: z.int().min(1).max(65535) }),
  direct: z
    .array(z.strictObject({ gateway: name, port: z.int().min(1).max(65535) }))
    .meta({ description: 'Further listeners, each for one gateway only: how a Swarm gateway is reached alone.' }),
});

const provider = z.strictObject({
  name,
  type: z.enum(['oidc', 'ldap']),
  enabled: z.boolean(),
  issuer: endpoint.optional().meta({ description: 'oidc only' }),
  clientIds: z.array(name).optional().meta({ description: 'oidc only' }),
  development: z.boolean().meta({ description: 'A development provider: anybody gets any token from it.' }),
});

const role = z.strictObject({
  name,
  arn: name.meta({ description: 'What a caller asks for: arn:aws:iam::000000000000:role/<name>.' }),
  trust: z.array(
    z.strictObject({
      effect: z.enum(['Allow', 'Deny']),
      providers: z.array(name),
      identities: z.array(name),
      actions: z.array(name),
      conditions: z.record(z.string(), z.record(z.string(), oneOrMany)),
    }),
  ),
  policies: z.array(name),
});

const probe = z.strictObject({
  role: name,
  action: z.enum(['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket']),
  bucket: name,
  key: z.string().optional().meta({ description: 'Absent for s3:ListBucket.' }),
  allowed: z.boolean(),
});

export const fleetManifestSchema = z
  .strictObject({
    version: z.literal(FLEET_MANIFEST_VERSION),
    kind: z.literal('seaweedfs-fleet'),
    stack: name,
    fleet: name,
    weedVersion: name,
    engine: z.enum(['docker', 'swarm']),
    templateFile: name.meta({ description: 'iam.config without its secrets, beside this file.' }),
    templateSha256: sha256,
    secretsDir: name.meta({ description: 'Directory of the secret store, relative to the project directory.' }),
    configFile: name.meta({ description: 'The rendered iam.config (0600), relative to the project directory.' }),
    runAs: z
      .string()
      .regex(/^\d+:\d+$/)
      .meta({ description: 'uid:gid of the gateways, which has to be able to read the rendered file.' }),
    filers: z.array(name).min(1),
    gateways: z.array(gateway).min(1),
    balancer,
    issuer: name,
    signingKey: z.strictObject({ secret: name }),
    providers: z.array(provider),
    roles: z.array(role),
    policies: z.array(z.strictObject({ name, document: z.unknown() })),
    identities: z.array(z.strictObject({ name, secret: name, actions: z.array(name) })),
    probeIdentity: name.meta({ description: 'The static identity that the proof signs with; has the action Admin.' }),
    probes: z.array(probe).meta({ description: 'What a session of each role may do and may not.' }),
  })
  .meta({
    title: 'cdktf-rustfs fleet manifest',
    description: 'What one fleet of SeaweedFS S3 gateways should be. Contains no secret.',
  });

export type FleetManifest = z.infer<typeof fleetManifestSchema>;
export type FleetGateway = FleetManifest['gateways'][number];
export type FleetRole = FleetManifest['roles'][number];
export type FleetProbe = FleetManifest['probes'][number];
