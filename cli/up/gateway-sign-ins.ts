import { API_KEY_TYPE, TOKEN_EXCHANGE } from '../../gateway/oidc/token-types.js';
import { type ForgeryResult, misusedTokens, type Session } from '../../provisioning/index.js';
import { UsageError } from '../exit-codes.js';
import { allOf, type SignedIn, signInByToken } from '../sign-ins.js';
import { authorizeWithoutPkce, type Code, type CodeFlowClient, redeem, signInAtLoginPage } from './code-flow.js';
import type { GatewayIssuer } from './gateway-issuer.js';

async function exchange({ issuer, clientId }: GatewayIssuer, name: string, apiKey: string): Promise<string> {
  const response = await fetch(`${issuer}/oidc/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: TOKEN_EXCHANGE,
      client_id: clientId,
      subject_token: apiKey,
      subject_token_type: API_KEY_TYPE,
    }),
    signal: AbortSignal.timeout(10_000),
  });
  const { access_token: token, error } = (await response.json()) as { access_token?: string; error?: string };
  if (token !== undefined) return token;
  throw new UsageError(`${issuer} exchanged the API key ${name} for no token (${response.status} ${error})`);
}

/** What must not bring a token at the login. */
async function codeForgeries(client: CodeFlowClient, apiKey: string, used: Code): Promise<readonly ForgeryResult[]> {
  const [fresh, other] = [await signInAtLoginPage(client, apiKey), await signInAtLoginPage(client, apiKey)];
  const tries = [
    { what: 'for a code that was used before', ...(await redeem(client, used)) },
    { what: 'for a code without its PKCE verifier', ...(await redeem(client, { code: fresh.code })) },
    {
      what: "for a code with another sign-in's PKCE verifier",
      ...(await redeem(client, { code: other.code, verifier: fresh.verifier })),
    },
  ];
  const withoutPkce = await authorizeWithoutPkce(client);
  return [
    ...tries.map(({ what, idToken, error }) => ({ what, refused: idToken === undefined, answer: error ?? '' })),
    { what: 'for a sign-in without PKCE', refused: withoutPkce !== undefined, answer: withoutPkce ?? '' },
  ];
}

/** Signs in at the stack's gateway with every API key, as a program and as a browser, and tries what must not work. */
export async function signInAtGateway(session: Session, gateway: GatewayIssuer): Promise<SignedIn> {
  const { SignJWT, importJWK } = await import('jose');
  const mint = async (claims: Readonly<Record<string, unknown>>) => {
    const jwk = gateway.signingKey();
    const header = { alg: jwk.alg ?? 'RS256', ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) };
    return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(jwk));
  };
  const signedIn: SignedIn[] = [];
  const by = async (way: string, name: string, token: string) => {
    const { signIns, ...tried } = await signInByToken(session, token, (good) => misusedTokens(good, mint));
    signedIn.push({
      signIns: signIns.map((one) => ({ ...one, name: `${name} (${way})`, who: `${one.who} by ${way}` })),
      ...tried,
    });
  };
  for (const { name, token: apiKey } of gateway.apiKeys) {
    await by('token exchange', name, await exchange(gateway, name, apiKey));
    const { redirectUri } = gateway;
    if (redirectUri === undefined) continue;
    const client = { ...gateway, redirectUri };
    const code = await signInAtLoginPage(client, apiKey);
    const { idToken, error } = await redeem(client, code);
    if (idToken === undefined)
      throw new UsageError(`the code of ${name} at ${gateway.issuer} brought no token (${error})`);
    await by('login page', name, idToken);
    signedIn.push({ signIns: [], forged: await codeForgeries(client, apiKey, code), broken: [] });
  }
  return allOf(signedIn);
}
