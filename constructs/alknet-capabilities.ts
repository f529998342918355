import { checkPinnedImage } from './pinned-image.js';

/** What a gateway can do, by name. */
export type GatewayCapability =
  | 'alk-http'
  | 'tls'
  | 's3-passthrough'
  | 's3-resign'
  | 'oidc-login'
  | 'rate-limit'
  | 'plain-http'
  | 'keystone-bridge'
  | 'metrics'
  | 'webhook-receiver'
  | 'managed-credentials'
  | 'oidc-provider'
  | 'acme'
  | 'alk-call';

/** Which program is the gateway. Made by `AlknetGateway.reference()` and `AlknetGateway.custom()`. */
export type GatewayImplementation =
  | {
      readonly kind: 'reference';
      readonly image: string;
      readonly capabilities: readonly GatewayCapability[];
    }
  | {
      readonly kind: 'custom';
      readonly image: string;
      readonly command?: readonly string[];
      readonly capabilities: readonly GatewayCapability[];
    };

export interface CustomGatewayProps {
  /** Pinned image, such as your own build on alkhttp and alktls. */
  readonly image: string;
  /** @default - the image's own */
  readonly command?: readonly string[];
  /** What you vouch for: nothing of it is checked. */
  readonly capabilities: readonly GatewayCapability[];
}

/** Node to run the bundled reference gateway with. */
const REFERENCE_IMAGE = 'node:22.21.1-alpine3.22';

export function referenceImplementation(image = REFERENCE_IMAGE): GatewayImplementation {
  checkPinnedImage(image, 'registry.example/gateway:1.0.0');
  const capabilities = FEATURES.filter(({ reference }) => reference).map(({ capability }) => capability);
  return { kind: 'reference', image, capabilities };
}

export function customImplementation({ image, command, capabilities }: CustomGatewayProps): GatewayImplementation {
  checkPinnedImage(image, 'registry.example/gateway:1.0.0');
  return { kind: 'custom', image, capabilities, ...(command && { command }) };
}

interface Feature {
  readonly capability: GatewayCapability;
  readonly feature: string;
  /** Does alknet have library code for it? No alknet node runs any of it today. */
  readonly alknet: boolean;
  /** Does the reference gateway do it, set up by `AlknetGateway`? */
  readonly reference: boolean;
}

/** Source of the column alknet: its published crates and repository, 2026-09. */
const FEATURES: readonly Feature[] = [
  { capability: 'alk-http', feature: '/healthz, API keys, scopes, decoy', alknet: true, reference: true },
  { capability: 'tls', feature: 'TLS by files or self-signed, drain', alknet: true, reference: true },
  { capability: 's3-passthrough', feature: 'S3 by virtual host', alknet: false, reference: true },
  { capability: 's3-resign', feature: '/s3/* for API keys', alknet: false, reference: true },
  { capability: 'oidc-login', feature: 'login at RustFS by OpenID provider', alknet: false, reference: true },
  { capability: 'rate-limit', feature: 'rate limits that are enforced', alknet: false, reference: true },
  { capability: 'plain-http', feature: 'HTTP without TLS', alknet: false, reference: true },
  { capability: 'keystone-bridge', feature: 'OpenStack Keystone', alknet: false, reference: true },
  { capability: 'metrics', feature: 'Prometheus metrics', alknet: false, reference: true },
  { capability: 'webhook-receiver', feature: 'bucket events', alknet: false, reference: true },
  { capability: 'managed-credentials', feature: 'credentials per identity', alknet: false, reference: true },
  { capability: 'oidc-provider', feature: 'OpenID provider', alknet: false, reference: true },
  { capability: 'acme', feature: 'certificates by ACME', alknet: true, reference: false },
  { capability: 'alk-call', feature: '/search, /schema, /call, /batch, /subscribe', alknet: true, reference: false },
];

/** One line of the capability report. */
export interface CapabilityEntry {
  readonly capability: GatewayCapability;
  readonly feature: string;
  /** What alknet itself has for it; none of it comes as a gateway that runs. */
  readonly alknet: 'library' | 'nothing';
  /** What does it in this deployment. */
  readonly here: 'reference stand-in' | 'custom image, not checked' | 'not available';
}

export function capabilityReport({ kind, capabilities }: GatewayImplementation): readonly CapabilityEntry[] {
  const provided = kind === 'reference' ? 'reference stand-in' : 'custom image, not checked';
  return FEATURES.map(({ capability, feature, alknet }) => ({
    capability,
    feature,
    alknet: alknet ? 'library' : 'nothing',
    here: capabilities.includes(capability) ? provided : 'not available',
  }));
}
