import { z } from 'zod';

const file = z.string().min(1);
const seconds = z.int().positive();

const origin = z
  .url({ protocol: /^https?$/, error: 'expected a URL such as https://gateway.example.com' })
  .refine((text) => new URL(text).origin === text, {
    error: 'expected only scheme, host and port, without a closing slash: the issuer is compared letter by letter',
  });

const client = z
  .strictObject({
    client_id: z.string().regex(/^[A-Za-z0-9._-]+$/, 'expected letters, digits, ".", "_" and "-"'),
    /** @default none: a public client; PKCE protects its codes, as it does those of every client */
    client_secret_file: file.optional(),
    /** Where codes may be sent; for RustFS `<origin>/rustfs/admin/v3/oidc/callback/<provider id>`. */
    redirect_uris: z.array(z.url({ protocol: /^https?$/ })).default([]),
    post_logout_redirect_uris: z.array(z.url({ protocol: /^https?$/ })).default([]),
    /** Exchange API keys for ID tokens at the token endpoint, for programs (RFC 8693). Public clients only. */
    token_exchange: z.boolean().default(false),
  })
  .refine(({ token_exchange, redirect_uris }) => token_exchange || redirect_uris.length > 0, {
    error: 'expected redirect_uris for people, or token_exchange for programs: nobody could sign in with this client',
  })
  .refine(({ token_exchange, client_secret_file }) => !token_exchange || client_secret_file === undefined, {
    error: 'token_exchange is for public clients: the API key is what authenticates the program',
  });

/** The gateway as OpenID provider. */
export const oidcConfigSchema = z.strictObject({
  /** Public origin of the gateway: the same for browsers, for programs and for RustFS in its container. */
  issuer: origin,
  /** Directory of keys and sessions, created with mode 0700. @default none: keys and sessions end with the process (development) */
  state_dir: file.optional(),
  /** Keys to begin with where state_dir has none (`cdktf-rustfs gateway-secrets` makes them). @default new ones */
  keys_file: file.optional(),
  clients: z
    .array(client)
    .min(1)
    .refine((clients) => new Set(clients.map(({ client_id }) => client_id)).size === clients.length, {
      error: 'two clients have the same client_id',
    }),
  /** RustFS policies by alknet scope: the claim `policy`. A scope that is not named here gives none. */
  policies: z.record(z.string().min(1), z.array(z.string().regex(/^[A-Za-z0-9_:.-]+$/)).min(1)),
  /** Never beyond the expiry of the API key that signed in. */
  id_token_ttl_secs: seconds.max(86_400).default(3600),
  session_ttl_secs: seconds.max(604_800).default(28_800),
  /** After that many days a new key signs; the old one stays published until its last token has expired. */
  key_rotation_days: seconds.max(3650).default(30),
});

export type OidcConfig = z.output<typeof oidcConfigSchema>;
