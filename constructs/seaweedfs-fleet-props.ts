import {
  argumentProblems,
  type FleetIamConfig,
  gatewayArguments,
  IAM_CONFIG_PATH,
  validateIamConfig,
} from '../seaweedfs/config/index.js';
import type { ConfigFinding } from '../seaweedfs/config/model.js';
import { iamTemplate } from '../seaweedfs/config/template.js';
import type { SeaweedFsFilers } from './seaweedfs-filers.js';

export interface SeaweedFsGatewayFleetProps {
  /** Who may do what: identity providers, roles, policies, static identities. Rendered once, the same for every gateway. */
  readonly iam: FleetIamConfig;
  readonly filers: SeaweedFsFilers;
  /** How many gateways, 1 to 32. @default 3 */
  readonly gateways?: number;
  /**
   * `docker`: a container each. `swarm`: a Swarm service of one replica each, so that the proof reaches every gateway and
   * a restart can drain it; the balancer stays a container of this host.
   * @default docker
   */
  readonly engine?: 'docker' | 'swarm';
  /** Placement constraints of the Swarm services: nodes where `secretsDir` is, such as `node.role==manager`. @default - none */
  readonly placement?: readonly string[];
  /** Version of SeaweedFS, at least 4.44: that one was observed. @default 4.44 */
  readonly version?: string;
  /** @default nginx */
  readonly balancer?: 'nginx' | 'haproxy';
  /** Port of the balancer on this host. @default 8333 */
  readonly port?: number;
  /** Port on this host that leads to the first gateway alone; the others follow. The proof uses them. @default - port + 1 */
  readonly directPort?: number;
  /** Address that these ports are bound to. @default 127.0.0.1 */
  readonly bindAddress?: string;
  /** Accepts providers over plain http and switched-off TLS checks. @default false */
  readonly development?: boolean;
  /** CA certificates, path in the container → file relative to the project directory. @default - none */
  readonly caCertificates?: Readonly<Record<string, string>>;
  /** The static identity that the proof signs with; needs the action Admin. @default - the first with Admin */
  readonly probeIdentity?: string;
  /** Directory of the secret store, relative to the project directory. @default secrets/<stack> */
  readonly secretsDir?: string;
  /** uid:gid of the gateways. Has to be the deploying user's, who owns the rendered file, unless that is root. @default 1000:1000 */
  readonly runAs?: string;
  /** Port in the containers' network with Prometheus metrics. @default 9327 */
  readonly metricsPort?: number;
  /** Seconds between the balancer's switch to new gateways and the end of the old ones. @default 10 */
  readonly drainSeconds?: number;
}

/** The port that every gateway listens on, in its container. */
export const GATEWAY_PORT = 8333;
const OLDEST = [4, 44] as const;

/** Everything optional decided. */
export interface ResolvedFleetProps extends Required<Omit<SeaweedFsGatewayFleetProps, 'probeIdentity' | 'secretsDir'>> {
  readonly probeIdentity: string;
  readonly secretsDir: string;
}

export function resolveFleetProps(props: SeaweedFsGatewayFleetProps, stack: string): ResolvedFleetProps {
  const { port = 8333 } = props;
  const admin = props.iam.identities.find(({ actions }) => actions.includes('Admin'));
  return {
    gateways: 3,
    engine: 'docker',
    placement: [],
    version: '4.44',
    balancer: 'nginx',
    bindAddress: '127.0.0.1',
    development: false,
    caCertificates: {},
    runAs: '1000:1000',
    metricsPort: 9327,
    drainSeconds: 10,
    secretsDir: `secrets/${stack}`,
    probeIdentity: admin?.name ?? '',
    directPort: port + 1,
    ...props,
    port,
  };
}

/** What the IAM configuration of a fleet is worth: errors refuse the synthesis, warnings are annotations. */
export function iamFindings(fleet: string, props: ResolvedFleetProps): readonly ConfigFinding[] {
  return validateIamConfig(iamTemplate(fleet, props.iam), {
    development: props.development,
    mountedFiles: Object.keys(props.caCertificates),
  });
}

export function fleetArguments(fleet: string, props: ResolvedFleetProps): readonly string[] {
  return gatewayArguments({
    filers: props.filers._addresses(fleet),
    port: GATEWAY_PORT,
    iamConfig: IAM_CONFIG_PATH,
    metricsPort: props.metricsPort,
  });
}

/** Everything that is wrong with a fleet's props besides its IAM configuration and its ports. */
export function fleetProblems(fleet: string, props: ResolvedFleetProps): readonly string[] {
  const problems: string[] = [...props.filers.problems, ...argumentProblems(fleetArguments(fleet, props))];
  const check = (broken: boolean, problem: string) => {
    if (broken) problems.push(problem);
  };
  const { gateways, version, runAs, probeIdentity, iam, engine, placement, drainSeconds, metricsPort } = props;
  check(!/^[a-z0-9][a-z0-9-]*$/.test(fleet), `fleet name ${fleet}: expected lower-case letters, digits and "-"`);
  check(
    !Number.isInteger(gateways) || gateways < 1 || gateways > 32,
    `gateways is ${gateways}: expected a whole number from 1 to 32`,
  );
  const [major = 0, minor = 0] = version.split('.').map(Number);
  check(
    !/^\d+\.\d+$/.test(version) || major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]),
    `version is ${JSON.stringify(version)}: expected ${OLDEST.join('.')} or newer, written like that; what is proven was observed there`,
  );
  check(
    !/^\d+:\d+$/.test(runAs) || runAs.startsWith('0:'),
    `runAs is ${JSON.stringify(runAs)}: expected uid:gid, not root, such as 1000:1000`,
  );
  const prober = iam.identities.find(({ name }) => name === probeIdentity);
  check(
    prober === undefined || !prober.actions.includes('Admin'),
    prober === undefined && probeIdentity !== ''
      ? `probeIdentity is ${JSON.stringify(probeIdentity)}, which is not a declared identity`
      : `the proof needs a static identity with the action Admin${probeIdentity === '' ? '' : `, ${probeIdentity} has none`}: give it to one`,
  );
  check(engine === 'docker' && placement.length > 0, 'placement is for engine swarm only: leave it out');
  check(!Number.isInteger(drainSeconds) || drainSeconds < 0, `drainSeconds is ${drainSeconds}: expected whole seconds`);
  check(
    metricsPort === GATEWAY_PORT || !Number.isInteger(metricsPort) || metricsPort < 1 || metricsPort > 65535,
    `metricsPort is ${metricsPort}: expected 1 to 65535, but not ${GATEWAY_PORT}`,
  );
  for (const path of [props.secretsDir, ...Object.values(props.caCertificates)]) {
    check(
      path.startsWith('/') || path.split('/').includes('..') || !/^[\w./-]+$/.test(path),
      `path ${JSON.stringify(path)}: expected one below the project directory, of letters, digits and _ . / -`,
    );
  }
  return problems;
}
