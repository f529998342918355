import {
  addressObstacle,
  hostObstacle,
  literalObstacle,
  type OutboundObstacle,
  parseAllowedOrigins,
  type RuleId,
  ruleValue,
} from '../../../policies/index.js';
import type { Check, CheckResult, Found, Outbound, PreflightEstate, Seen } from '../model.js';

const NO_SERVER = 'no server was asked';
const NO_ENVIRONMENT = 'the environment of the server was not given (--server-env)';
const ALLOW_LIST = 'RUSTFS_OUTBOUND_ALLOW_ORIGINS';

const reasons = (...all: readonly (Seen<unknown> | undefined)[]): Pick<CheckResult, 'unseen'> => {
  const unseen = all.flatMap((one) => (one === undefined ? [NO_SERVER] : 'unseen' in one ? [one.unseen] : []));
  return unseen.length > 0 ? { unseen: [...new Set(unseen)].join('; ') } : {};
};

const seen = <T>(one: Seen<readonly T[]> | undefined): readonly T[] => (one && 'seen' in one ? one.seen : []);

/** What the server connects to and asks the allow list about. */
export function outboundOf({ manifest, server }: Pick<PreflightEstate, 'manifest' | 'server'>): readonly Outbound[] {
  const declared = (manifest?.oidc?.providers ?? []).map(({ id, issuer, discoveryUrl }) => ({
    what: `OIDC provider ${id}`,
    url: discoveryUrl ?? issuer,
  }));
  const known = seen(server?.providers)
    .filter(({ id }) => !declared.some(({ what }) => what === `OIDC provider ${id}`))
    .map(({ id, url }) => ({ what: `OIDC provider ${id}`, url }));
  return [...declared, ...known, ...seen(server?.webhooks)].filter(({ url }) => URL.canParse(url));
}

/** What stands in the way, as seen from here: names of a Docker network or a private zone often resolve there alone. */
function obstacleOf(url: URL, addresses: readonly string[] | undefined): OutboundObstacle | undefined {
  const literal = hostObstacle(url.hostname);
  if (literal) return literal;
  const resolved = addresses?.map(addressObstacle).find((one) => one !== undefined);
  if (resolved) return { ...resolved, reason: `resolves to a ${resolved.reason}` };
  if (addresses !== undefined && addresses.length > 0) return undefined;
  return { canBeAllowed: true, reason: 'does not resolve here, so it is a private name or a mistake' };
}

const outboundPrivate: Check = (estate) => {
  const all = outboundOf(estate);
  const listText = estate.environment?.get(ALLOW_LIST);
  const allowed = listText === undefined ? undefined : parseAllowedOrigins(listText);
  const blocked = all.flatMap(({ what, url }) => {
    const parsed = new URL(url);
    const obstacle = obstacleOf(parsed, estate.addresses.get(parsed.hostname));
    if (obstacle === undefined || (obstacle.canBeAllowed && allowed?.has(parsed.origin))) return [];
    return [{ what, origin: parsed.origin, obstacle }];
  });
  const list = [
    ...new Set([
      ...(allowed ?? []),
      ...blocked.filter(({ obstacle }) => obstacle.canBeAllowed).map(({ origin }) => origin),
    ]),
  ];
  const found = blocked.map(({ what, origin, obstacle }): Found => {
    const fix = obstacle.canBeAllowed
      ? `set ${ALLOW_LIST}=${list.join(',')} with the change (RustFs derives it from what is declared)`
      : 'no list lifts this: use another address';
    return { object: what, found: `${origin}: ${obstacle.reason}`, fix };
  });
  return { found, ...reasons(estate.server?.providers, estate.server?.webhooks) };
};

const outboundList: Check = ({ environment }) => {
  if (environment === undefined) return { found: [], unseen: NO_ENVIRONMENT };
  const text = environment.get(ALLOW_LIST);
  const isVoid = text !== undefined && parseAllowedOrigins(text) === undefined;
  return { found: isVoid ? [{ object: 'server', found: `${ALLOW_LIST}=${text}` }] : [] };
};

const outboundLiterals: Check = ({ environment, server }) => {
  const keystone = environment?.get('RUSTFS_KEYSTONE_AUTH_URL');
  const all = [...(keystone ? [{ what: 'Keystone', url: keystone }] : []), ...seen(server?.tiers)];
  const found = all.flatMap(({ what, url }) => {
    const obstacle = URL.canParse(url) ? literalObstacle(new URL(url).hostname) : undefined;
    return obstacle ? [{ object: what, found: `${url}: ${obstacle.reason}` }] : [];
  });
  const environmentUnseen: Seen<unknown> = environment ? { seen: true } : { unseen: NO_ENVIRONMENT };
  return { found, ...reasons(environmentUnseen, server?.tiers) };
};

const nodesOf = ({ server, environment }: PreflightEstate): Seen<number> => {
  const volumes = environment?.get('RUSTFS_VOLUMES');
  if (volumes?.includes('://')) return { seen: 2 };
  return server?.nodes ?? (volumes === undefined ? { unseen: NO_SERVER } : { seen: 1 });
};

const defaultCredentials: Check = (estate) => {
  const { server, environment } = estate;
  const isDefault =
    server?.defaultCredentials ||
    [...(environment ?? [])].some(
      ([name, value]) => /^RUSTFS_(?:ACCESS|SECRET)_KEY$/.test(name) && value === 'rustfsadmin',
    );
  if (!isDefault) return server || environment ? { found: [] } : { found: [], unseen: NO_SERVER };
  const nodes = nodesOf(estate);
  if (environment?.get('RUSTFS_RPC_SECRET')) return { found: [] };
  const found = 'a root credential is rustfsadmin';
  if ('seen' in nodes && nodes.seen === 1)
    return {
      found: [
        {
          object: 'server',
          found: `${found}, on a single node`,
          severity: 'note',
          fix: 'change the root credentials: everybody knows these',
        },
      ],
    };
  return { found: [{ object: 'server', found }] };
};

const mixedVersions: Check = (estate) => {
  const nodes = nodesOf(estate);
  if ('unseen' in nodes) return { found: [], unseen: nodes.unseen };
  return { found: nodes.seen > 1 ? [{ object: 'server', found: 'runs on several nodes' }] : [] };
};

const clockSkew: Check = ({ server, to }) => {
  const most = ruleValue('clock-skew', to);
  const others = 'the clocks of clients are not seen from here';
  if (server === undefined || server.clockSkewSeconds <= most) return { found: [], unseen: others };
  const found = `its clock and this machine's differ by ${server.clockSkewSeconds} s`;
  return { found: [{ object: 'server', found }], unseen: others };
};

function environment(describe: (variables: ReadonlyMap<string, string>) => string | undefined): Check {
  return ({ environment: variables }) => {
    if (variables === undefined) return { found: [], unseen: NO_ENVIRONMENT };
    const found = describe(variables);
    return { found: found === undefined ? [] : [{ object: 'server', found }] };
  };
}

const emptyCredentials = environment((variables) => {
  const empty = ['RUSTFS_ACCESS_KEY', 'RUSTFS_SECRET_KEY'].filter((name) => variables.get(name) === '');
  return empty.length > 0 ? `${empty.join(' and ')} set, but empty` : undefined;
});

const consoleAddress = environment((variables) => {
  const s3 = variables.get('RUSTFS_ADDRESS') ?? ':9000';
  const ui = variables.get('RUSTFS_CONSOLE_ADDRESS') ?? ':9001';
  const on = !/^(?:0|f|false|off|no|disabled?)$/i.test(variables.get('RUSTFS_CONSOLE_ENABLE') ?? 'true');
  const portOf = (address: string) => address.slice(address.lastIndexOf(':') + 1);
  return on && portOf(s3) === portOf(ui) ? `RUSTFS_CONSOLE_ADDRESS ${ui} overlaps RUSTFS_ADDRESS ${s3}` : undefined;
});

const storageClass = environment((variables) => {
  const set = [...variables.keys()].filter((name) => /^RUSTFS_STORAGE_CLASS_(?:STANDARD|RRS)$/.test(name));
  return set.length > 0 ? `has ${set.map((name) => `${name}=${variables.get(name)}`).join(', ')}` : undefined;
});

const consoleLimit = environment((variables) =>
  /^(?:1|t|true|on|yes|enabled?)$/i.test(variables.get('RUSTFS_CONSOLE_RATE_LIMIT_ENABLE') ?? '')
    ? 'has RUSTFS_CONSOLE_RATE_LIMIT_ENABLE'
    : undefined,
);

export const SERVER_CHECKS = {
  'clock-skew': clockSkew,
  'outbound-private': outboundPrivate,
  'outbound-list': outboundList,
  'outbound-literals': outboundLiterals,
  'default-credentials': defaultCredentials,
  'credential-variables': emptyCredentials,
  'console-address': consoleAddress,
  'storage-class': storageClass,
  'console-rate-limit': consoleLimit,
  'mixed-versions': mixedVersions,
} as const satisfies Partial<Record<RuleId, Check>>;
