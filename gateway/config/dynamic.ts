import { z } from 'zod';

const scopes = z.array(z.string().min(1));
const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits');
const count = z.int().positive();

/** alknet's `ApiKeyEntry`. */
export const apiKeySchema = z.strictObject({
  /** `alk_` and four characters: alknet looks a key up by its first eight. */
  prefix: z.string().regex(/^alk_[A-Za-z0-9]{4}$/, 'expected alk_ and four letters or digits'),
  hash,
  scopes,
  description: z.string(),
  /** Unix time in seconds. */
  expires_at: z.int().nonnegative().optional(),
});

/** alknet's `PeerEntry`. Fingerprints are of SSH and raw-key TLS, which the reference gateway does not speak. */
const peer = z.strictObject({
  peer_id: z.string().min(1),
  fingerprints: z.array(z.string()).default([]),
  auth_token_hash: hash.optional(),
  scopes,
  resources: z
    .record(z.string(), z.array(z.string()))
    .default({})
    .refine((resources) => Object.keys(resources).length === 0, {
      error: 'the reference gateway does not enforce resources: leave them out, and limit the peer by scopes',
    }),
  display_name: z.string().optional(),
  enabled: z.boolean().default(true),
});

/** alknet's `RateLimitConfig`, and what the reference gateway adds. alknet's own code declares the first two without enforcing them. */
const rateLimits = z.strictObject({
  max_connections_per_ip: count.default(100),
  /** Wrong tokens that an address may try in a minute. */
  max_auth_attempts: count.default(5),
  /** For each client address. @default unlimited */
  requests_per_second: z.number().positive().optional(),
  /** @default twice requests_per_second */
  burst: count.optional(),
  /** For each bearer identity. @default unlimited */
  key_requests_per_second: z.number().positive().optional(),
  key_burst: count.optional(),
});

function unique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** alknet's `DynamicConfig`: replaced as a whole while the gateway runs. */
export const dynamicConfigSchema = z.strictObject({
  auth: z
    .strictObject({
      api_keys: z
        .array(apiKeySchema)
        .default([])
        .refine((keys) => unique(keys.map(({ prefix }) => prefix)), {
          error: 'two keys have the same prefix: only the first would ever be found',
        }),
      peers: z
        .array(peer)
        .default([])
        .refine((peers) => unique(peers.map(({ peer_id }) => peer_id)), { error: 'two peers have the same peer_id' }),
    })
    .prefault({}),
  rate_limits: rateLimits.prefault({}),
});

export type DynamicConfig = z.output<typeof dynamicConfigSchema>;
export type ApiKeyEntry = DynamicConfig['auth']['api_keys'][number];
