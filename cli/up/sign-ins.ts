import { type ManifestOidcProvider, mappedClaim } from '../../manifest/index.js';
import { misusedTokens, type Session } from '../../provisioning/index.js';
import { askDevelopmentIssuer } from '../../seaweedfs/development-issuer/ask.js';
import { colors as pc } from '../render/color.js';
import type { Progress } from '../render/progress.js';
import { allOf, type SignedIn, signInByToken } from '../sign-ins.js';
import { signInAtGateway } from './gateway-sign-ins.js';
import type { Target } from './target.js';

/** One person for each claim value, who has that alone; and for the first of them everything that must not be accepted. */
async function atStandIn(session: Session, provider: ManifestOidcProvider): Promise<SignedIn> {
  const { issuer, clientId, claims } = provider;
  const mint = (more: Readonly<Record<string, unknown>>) => askDevelopmentIssuer(issuer, { aud: clientId, ...more });
  const signedIn: SignedIn[] = [];
  for (const { value } of claims) {
    const token = await mint({ sub: value, [mappedClaim(provider)]: [value] });
    signedIn.push(await signInByToken(session, token, (good) => misusedTokens(good, mint)));
  }
  return allOf(signedIn);
}

/**
 * Signs in by every way that the manifest declares. Says which ways could not be tried.
 * @param issuers that give us tokens
 */
export async function signInDeclared(
  session: Session,
  { standInIssuer, gatewayIssuer }: Pick<Target, 'standInIssuer' | 'gatewayIssuer'>,
  progress: Progress,
): Promise<SignedIn> {
  const signedIn: SignedIn[] = [];
  for (const provider of session.manifest.oidc?.providers ?? []) {
    if (provider.issuer === standInIssuer) signedIn.push(await atStandIn(session, provider));
    else if (gatewayIssuer?.issuer === provider.issuer) signedIn.push(await signInAtGateway(session, gatewayIssuer));
    else
      progress.line(
        pc.yellow(
          `not tried: sign-in at ${provider.id}, whose tokens only ${provider.issuer} gives: verify --web-identity-token-file takes them`,
        ),
      );
  }
  return allOf(signedIn);
}
