import {
  iamTemplate,
  identitySecret,
  roleArn,
  sha256,
  signingKeySecret,
  stableJson,
  trustActions,
} from '../seaweedfs/config/index.js';
import type { OidcProviderConfig, RoleConfig, TrustStatement } from '../seaweedfs/config/model.js';
import { type FleetManifest, fleetProbes } from '../seaweedfs/manifest/index.js';
import { fleetArguments, GATEWAY_PORT, type ResolvedFleetProps } from './seaweedfs-fleet-props.js';

export const TEMPLATE_FILE = 'iam.template.json';

export interface FleetDocuments {
  readonly manifest: FleetManifest;
  /** iam.config without its secrets, as text. */
  readonly template: string;
  /** SHA-256 of everything that makes a gateway: its template, image, arguments and user. In the containers' names. */
  readonly revision: string;
}

const names = (value: string | readonly string[]) => (typeof value === 'string' ? [value] : [...value]);

function trust(statement: TrustStatement): FleetManifest['roles'][number]['trust'][number] {
  const { effect = 'Allow', principal, conditions = {} } = statement;
  return {
    effect,
    providers: 'provider' in principal ? names(principal.provider) : [],
    identities: 'identity' in principal ? names(principal.identity) : [],
    actions: [...trustActions(statement)],
    conditions: structuredClone(conditions) as FleetManifest['roles'][number]['trust'][number]['conditions'],
  };
}

const role = ({ name, trust: statements, policies }: RoleConfig) => ({
  name,
  arn: roleArn(name),
  trust: statements.map(trust),
  policies: [...policies],
});

/** fleet.json and the template beside it. Pure; the props have been checked. */
export function fleetDocuments(stack: string, fleet: string, props: ResolvedFleetProps): FleetDocuments {
  const { iam, bindAddress, secretsDir, runAs } = props;
  const template = stableJson(iamTemplate(fleet, iam));
  const templateSha256 = sha256(template);
  const revision = sha256(
    stableJson([
      templateSha256,
      props.version,
      fleetArguments(fleet, props),
      runAs,
      props.caCertificates,
      props.engine,
      props.placement,
    ]),
  );
  const host = bindAddress === '0.0.0.0' ? '127.0.0.1' : bindAddress;
  const url = (port: number) => `http://${host}:${port}`;
  const directory = `${secretsDir}/fleet/${fleet}`;
  const gateways = Array.from({ length: props.gateways }, (_, index) => {
    const name = `gateway-${index + 1}`;
    const container = `${fleet}-${name}-${revision.slice(0, 8)}`;
    return { name, container, address: `${container}:${GATEWAY_PORT}`, endpoint: url(props.directPort + index) };
  });
  const manifest: FleetManifest = {
    version: 1,
    kind: 'seaweedfs-fleet',
    stack,
    fleet,
    weedVersion: props.version,
    engine: props.engine,
    templateFile: TEMPLATE_FILE,
    templateSha256,
    secretsDir,
    configFile: `${directory}/iam-${templateSha256.slice(0, 12)}.json`,
    runAs,
    filers: [...props.filers._addresses(fleet)],
    gateways,
    balancer: {
      kind: props.balancer,
      endpoint: url(props.port),
      container: `${fleet}-balancer`,
      configFile: `${directory}/balancer/${props.balancer === 'nginx' ? 'nginx.conf' : 'haproxy.cfg'}`,
      listen: { address: '0.0.0.0', port: props.port },
      direct: gateways.map(({ name }, index) => ({ gateway: name, port: props.directPort + index })),
    },
    issuer: iam.sts.issuer,
    signingKey: { secret: signingKeySecret(fleet, iam) },
    providers: (iam.providers ?? []).map(({ name, type, enabled = true, ...rest }) => {
      const { issuer, clientIds = [] } = rest as Partial<OidcProviderConfig>;
      return {
        name,
        type: type as 'oidc' | 'ldap',
        enabled,
        ...(issuer === undefined ? {} : { issuer, clientIds: [...clientIds] }),
        development: props.development && issuer?.startsWith('http://') === true,
      };
    }),
    roles: (iam.roles ?? []).map(role),
    policies: (iam.policies ?? []).map(({ name, document }) => ({ name, document })),
    identities: iam.identities.map((identity) => ({
      name: identity.name,
      secret: identitySecret(fleet, identity),
      actions: [...identity.actions],
    })),
    probeIdentity: props.probeIdentity,
    probes: [...fleetProbes(iam.roles ?? [], iam.policies ?? [])],
  };
  return { manifest, template, revision };
}
