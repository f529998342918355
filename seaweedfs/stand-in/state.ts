import type { Gateway } from './load.js';
import { TokenValidator } from './oidc.js';
import type { ObjectStore } from './store.js';

/** One running gateway. */
export interface GatewayState {
  readonly gateway: Gateway;
  readonly store: ObjectStore;
  /** Name that trust policies see for an issuer. Of several providers with one issuer it is drawn per request. */
  providerName(issuer: string): string | undefined;
  /** Who checks tokens of an issuer. Of several providers with one issuer it is drawn once, at the start. */
  validator(issuer: string): TokenValidator | undefined;
}

export function createState(gateway: Gateway, store: ObjectStore): GatewayState {
  const providers = gateway.iam?.providers ?? [];
  const of = (issuer: string) => providers.filter((provider) => provider.issuer === issuer);
  const validators = new Map<string, TokenValidator>();
  for (const { issuer } of providers) {
    const chosen = draw(of(issuer));
    if (chosen && !validators.has(issuer)) validators.set(issuer, new TokenValidator(chosen));
  }
  return {
    gateway,
    store,
    providerName: (issuer) => draw(of(issuer))?.name,
    validator: (issuer) => validators.get(issuer),
  };
}

function draw<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)];
}
