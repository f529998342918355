import type { JWTPayload } from 'jose';
import { ProvisioningError } from '../../provisioning/errors.js';
import { TOKEN_PATH } from './issuer.js';

/** A token with these claims from a development issuer. @throws ProvisioningError if it does not answer as one */
export async function askDevelopmentIssuer(issuer: string, claims: JWTPayload): Promise<string> {
  const response = await fetch(`${issuer}${TOKEN_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(claims),
    signal: AbortSignal.timeout(10_000),
  }).catch((cause: Error) => {
    throw new ProvisioningError(`development issuer ${issuer} does not answer: start it, or name the right address`, {
      cause,
    });
  });
  const { token } = (await response.json()) as { token?: string };
  if (token === undefined) throw new ProvisioningError(`${issuer} is no development issuer: it gave no token`);
  return token;
}
