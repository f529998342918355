/**
 * What Go's JSON decoder takes and refuses in `-iam.config`: one value of a wrong type refuses the whole file, and then the
 * gateway serves without STS. Recorded on SeaweedFS 4.44 (`start.*` vectors).
 */
import { z } from 'zod';

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** A Go duration (`1h30m`) in milliseconds; `undefined` if it is none. */
export function parseGoDuration(text: string): number | undefined {
  const match = /^([-+]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text);
  if (match === null) return undefined;
  let nanoseconds = 0;
  for (const [, amount, unit = ''] of (match[2] ?? '').matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    nanoseconds += Number(amount) * (NANOSECONDS[unit] ?? 0);
  }
  return ((match[1] === '-' ? -1 : 1) * nanoseconds) / 1e6;
}

/** Padded standard Base64, the only form of a Go `[]byte`. */
export function decodeGoBase64(text: string): Buffer | undefined {
  const valid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text.replace(/[\r\n]/g, ''));
  return valid ? Buffer.from(text, 'base64') : undefined;
}

/** In milliseconds; a number counts as nanoseconds. */
const duration = z
  .union([
    z.number().transform((nanoseconds) => nanoseconds / 1e6),
    z.string().transform((text, context) => {
      const parsed = parseGoDuration(text);
      if (parsed !== undefined) return parsed;
      context.addIssue({ code: 'custom', message: `invalid duration string ${JSON.stringify(text)}` });
      return z.NEVER;
    }),
  ])
  .nullish();

const bytes = z.string().transform((text, context) => {
  const decoded = decodeGoBase64(text);
  if (decoded !== undefined) return decoded;
  context.addIssue({ code: 'custom', message: 'illegal base64 data' });
  return z.NEVER;
});

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();

const provider = z.object({
  name: text,
  type: text,
  enabled: z.boolean().nullish(),
  config: z.record(z.string(), z.unknown()).nullish(),
});

const document = z.object({ Version: text, Statement: z.array(z.record(z.string(), z.unknown())).nullish() });

export const iamFile = z.object({
  sts: z
    .object({
      tokenDuration: duration,
      maxSessionLength: duration,
      issuer: text,
      signingKey: bytes.nullish(),
      accountId: text,
      providers: z.array(provider).nullish(),
    })
    .nullish(),
  providers: z.array(provider).nullish(),
  policy: z.object({ defaultEffect: text, storeType: text }).nullish(),
  policies: z.array(z.object({ name: text, document: document.nullish() })).nullish(),
  roles: z
    .array(
      z.object({
        roleName: text,
        trustPolicy: document.nullish(),
        attachedPolicies: texts,
        maxSessionDuration: z.number().nullish(),
      }),
    )
    .nullish(),
});

export type IamFile = z.output<typeof iamFile>;
export type ProviderEntry = z.output<typeof provider>;

/** The same file, or the one of `-config`, read as the list of static identities. */
export const identitiesFile = z.object({
  identities: z
    .array(
      z.object({
        name: text,
        credentials: z.array(z.object({ accessKey: text, secretKey: text })).nullish(),
        actions: texts,
      }),
    )
    .nullish(),
});
