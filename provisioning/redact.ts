/** Fields of RustFS' admin API that carry a secret: secretKey, newSecretKey, secret_key; of the KMS: token, secret_id, master_key. */
const SECRET_FIELD = /("(?:\w*secret_?key|token|secret_id|master_key)"\s*:\s*)"((?:[^"\\]|\\.)*)"/gi;

/** A JSON body without its secrets. */
export function redactBody(body: string): string {
  return body.replaceAll(SECRET_FIELD, '$1"***"');
}

/** An answer without the secrets of the request, in case the server repeats what it was sent. */
export function redactEcho(requestBody: string | Uint8Array | undefined, answer: string): string {
  if (typeof requestBody !== 'string') return answer;
  let text = answer;
  for (const [, , secret] of requestBody.matchAll(SECRET_FIELD)) if (secret) text = text.replaceAll(secret, '***');
  return text;
}
