import { createHmac } from 'node:crypto';
import { isObject } from './findings.js';
import type { SecretPlaceholder } from './model.js';
import { stableJson } from './template.js';

const isSecret = (value: unknown): value is SecretPlaceholder => isObject(value) && typeof value.$secret === 'string';

/** Every placeholder of a template, in the order of its text. */
export function placeholders(template: unknown): readonly SecretPlaceholder[] {
  if (isSecret(template)) return [template];
  return isObject(template) || Array.isArray(template) ? Object.values(template).flatMap(placeholders) : [];
}

function fill(template: unknown, value: (placeholder: SecretPlaceholder) => string): unknown {
  if (isSecret(template)) return value(template);
  if (Array.isArray(template)) return template.map((item) => fill(item, value));
  if (!isObject(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([key, item]) => [key, fill(item, value)]));
}

/** The iam.config that a gateway reads: a template with its secrets. */
export function renderIamConfig(template: unknown, value: (placeholder: SecretPlaceholder) => string): string {
  return stableJson(fill(template, value));
}

/**
 * Tells two rendered files apart without telling what is in them: an HMAC under the signing key, which is random. A plain
 * SHA-256 would let whoever sees it try out guesses of a weak LDAP password.
 *
 * Two hashes, because they are known at different times. The SHA-256 of the *template* is known at synth: it is in the
 * names and labels of the containers, so that Terraform replaces all of them together when what is declared changes. The
 * fingerprint is known once secrets are filled in, when Terraform has planned already: it stands beside the rendered file,
 * and a change of it alone (a rotation) is brought to all gateways by `fleet rotate-signing-key` or `fleet restart`.
 */
export function secretFingerprint(rendered: string, signingKey: string): string {
  return createHmac('sha256', Buffer.from(signingKey, 'base64'))
    .update('cdktf-rustfs fleet\0')
    .update(rendered)
    .digest('hex');
}
