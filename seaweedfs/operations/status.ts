import { type FleetFinding, type NotProbed, observeFleet } from '../proof/index.js';

/** What one gateway looks like from outside, and where it differs from what is declared. */
export interface GatewayStatus {
  readonly name: string;
  readonly endpoint: string;
  /** Columns for people: `as declared`, or what was found instead. */
  readonly aspects: Readonly<Record<StatusAspect, string>>;
}

export const STATUS_ASPECTS = [
  'closed',
  'STS',
  'roles',
  'providers',
  'static key',
  'signing key',
  'configuration',
] as const;
export type StatusAspect = (typeof STATUS_ASPECTS)[number];

const ASPECT_OF: Readonly<Partial<Record<FleetFinding['probe'], StatusAspect>>> = {
  'anonymous-refused': 'closed',
  'unknown-key-refused': 'closed',
  'sts-loaded': 'STS',
  'role-loaded': 'roles',
  'role-trust': 'roles',
  'no-undeclared-role': 'roles',
  providers: 'providers',
  'static-key': 'static key',
  'session-shared': 'signing key',
  'session-issuer': 'signing key',
  'session-duration': 'STS',
  'same-configuration': 'configuration',
};

export interface FleetStatus {
  readonly fleet: string;
  readonly gateways: readonly GatewayStatus[];
  readonly findings: readonly FleetFinding[];
  readonly notProbed: readonly NotProbed[];
}

/** A few harmless requests to each gateway: what it has loaded, compared with what is declared. */
export async function fleetStatus(options: Parameters<typeof observeFleet>[0]): Promise<FleetStatus> {
  const { findings, notProbed } = await observeFleet(options);
  return {
    fleet: options.manifest.fleet,
    findings,
    notProbed,
    gateways: options.manifest.gateways.map(({ name, endpoint }) => {
      const own = findings.filter(({ place }) => place === name);
      const unknown = notProbed.some(({ what }) => what.startsWith('configuration'));
      const aspects = STATUS_ASPECTS.map((aspect) => {
        const found = own.find(({ probe }) => ASPECT_OF[probe] === aspect);
        const fine = aspect === 'configuration' && unknown ? 'not known' : 'as declared';
        return [aspect, found ? found.got : fine] as const;
      });
      return { name, endpoint, aspects: Object.fromEntries(aspects) as Record<StatusAspect, string> };
    }),
  };
}
