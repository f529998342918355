/** Fields of RustFS' admin API that carry a secret: secretKey, newSecretKey, secret_key; of the KMS: token, secret_id, master_key. */
const SECRET_FIELD = /("(?:\w*secret_?key|token|secret_id|master_key)"\s*:\s*)"((?:[^"\\]|\\.)*)"/gi;

/** Secrets of event targets, which the admin API takes as `{"key":"auth_token","value":"…"}`. */
const SECRET_PAIR =
  /("key"\s*:\s*"(?:auth_token|password|sasl_password|token|dsn_string)"\s*,\s*"value"\s*:\s*)"((?:[^"\\]|\\.)*)"/gi;
/** The password within a connection string, which a server might repeat alone. */
const DSN_PASSWORD = /^(?:\w+:\/\/)?[^:@/]*:([^@]+)@/;

/** A JSON body without its secrets. */
export function redactBody(body: string): string {
  return body.replaceAll(SECRET_FIELD, '$1"***"').replaceAll(SECRET_PAIR, '$1"***"');
}

/** An answer without the secrets of the request, in case the server repeats what it was sent. */
export function redactEcho(requestBody: string | Uint8Array | undefined, answer: string): string {
  if (typeof requestBody !== 'string') return answer;
  let text = answer;
  for (const [, , secret] of [...requestBody.matchAll(SECRET_FIELD), ...requestBody.matchAll(SECRET_PAIR)]) {
    if (!secret) continue;
    text = text.replaceAll(secret, '***');
    const password = DSN_PASSWORD.exec(secret)?.[1];
    if (password) text = text.replaceAll(password, '***');
  }
  return text;
}
