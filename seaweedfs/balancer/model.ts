/** One gateway as a balancer sees it. */
export interface BalancedGateway {
  readonly name: string;
  /** `host:port` */
  readonly address: string;
  /** Gets no new requests: drained before a restart. @default false */
  readonly down?: boolean;
}

/** What nginx and HAProxy are configured from. */
export interface BalancerConfig {
  readonly listen: { readonly address: string; readonly port: number };
  readonly gateways: readonly BalancedGateway[];
  /** Further listeners, each for one gateway and without any retry. @default - none */
  readonly direct?: readonly { readonly gateway: string; readonly port: number }[];
  /** Seconds to wait for a connection to a gateway: what a vanished *host* costs per try. @default 2 */
  readonly connectTimeoutSeconds?: number;
  /** Seconds without a byte from a gateway before the request counts as failed. @default 300 */
  readonly readTimeoutSeconds?: number;
  /** Where the process may write: its pid and, for nginx, request bodies. @default /tmp */
  readonly stateDir?: string;
  /** Where nginx writes its access log. @default /dev/stdout */
  readonly accessLog?: string;
}

const NAME = /^[a-z0-9][a-z0-9-]*$/;
const ADDRESS = /^(?:[A-Za-z0-9_.-]+|\[[0-9a-f:]+\]):(\d{1,5})$/;
const isPort = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65535;

/** Everything that is wrong with a balancer's declaration; nothing may reach a configuration file unquoted. */
export function balancerProblems({ listen, gateways, direct = [], ...rest }: BalancerConfig): readonly string[] {
  const problems: string[] = [];
  const check = (broken: boolean, problem: string) => {
    if (broken) problems.push(problem);
  };
  const { stateDir = '/tmp', accessLog = '/dev/stdout', connectTimeoutSeconds = 2, readTimeoutSeconds = 300 } = rest;
  check(gateways.length === 0, 'the balancer has no gateway: expected at least one');
  for (const { name, address } of gateways) {
    check(!NAME.test(name), `gateway name ${JSON.stringify(name)}: expected lower-case letters, digits and "-"`);
    const port = ADDRESS.exec(address)?.[1];
    check(
      port === undefined || !isPort(Number(port)),
      `address of gateway ${name} is ${JSON.stringify(address)}: expected host:port, such as gateway-1:8333`,
    );
  }
  check(
    gateways.length > 0 && gateways.every(({ down }) => down),
    'every gateway is down: nobody would answer; leave one up',
  );
  check(
    !/^[0-9a-f.:]+$/.test(listen.address),
    `the balancer listens on ${JSON.stringify(listen.address)}: expected an IP address`,
  );
  const ports = [listen.port, ...direct.map(({ port }) => port)];
  for (const port of ports.filter((one) => !isPort(one))) check(true, `port ${port}: expected 1 to 65535`);
  check(new Set(ports).size < ports.length, `two listeners share a port (${ports.join(', ')}): give each its own`);
  for (const { gateway } of direct) {
    check(
      !gateways.some(({ name }) => name === gateway),
      `a listener is for gateway ${JSON.stringify(gateway)}, which is not declared`,
    );
  }
  for (const path of [stateDir, accessLog]) {
    check(!/^\/[\w./-]*$/.test(path), `path ${JSON.stringify(path)}: expected an absolute path without spaces`);
  }
  for (const seconds of [connectTimeoutSeconds, readTimeoutSeconds]) {
    check(!Number.isInteger(seconds) || seconds < 1, `a timeout is ${seconds}: expected whole seconds, at least 1`);
  }
  return problems;
}

/** @throws Error with every problem of the declaration */
export function checkBalancer(config: BalancerConfig): void {
  const problems = balancerProblems(config);
  if (problems.length > 0) throw new Error(`invalid balancer\n${problems.join('\n')}`);
}

/** The address of the gateway that a listener is for. */
export function addressOf({ gateways }: BalancerConfig, gateway: string): string {
  return gateways.find(({ name }) => name === gateway)?.address ?? '';
}
