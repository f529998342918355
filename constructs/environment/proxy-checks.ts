import { parseCidr } from '../../policies/ip.js';
import type { RustFsSettings } from '../rustfs-settings.js';

/** The prefix of a network; undefined for a single address. */
function prefixOf(text: string): { readonly prefix: number; readonly wide: boolean } | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined || !text.includes('/')) return undefined;
  return { prefix: cidr.prefix, wide: cidr.prefix < (cidr.family === 'ipv4' ? 24 : 64) };
}

/** RustFS leaves out what it cannot read, and takes the rest. */
const unreadable = (name: string, networks: readonly string[]) =>
  networks
    .filter((network) => parseCidr(network) === undefined)
    .map((network) => `settings.proxy.${name}: ${network} is neither an address nor a network`);

export function proxyProblems({ proxy = {} }: RustFsSettings): string[] {
  const { trusted, networks, warnNetworks = [] } = proxy;
  const everybody = networks?.find((network) => prefixOf(network)?.prefix === 0);
  return [
    ...(networks !== undefined && trusted === false
      ? ['settings.proxy.networks have no effect while settings.proxy.trusted is false; leave one of them out']
      : []),
    ...(everybody
      ? [`settings.proxy.networks: ${everybody} trusts every client to name its own address; list the proxies`]
      : []),
    ...unreadable('networks', networks ?? []),
    ...unreadable('warnNetworks', warnNetworks),
  ];
}

export function proxyWarnings({ proxy = {} }: RustFsSettings): string[] {
  const { trusted, networks, forwardedHeader } = proxy;
  if (networks === undefined)
    return trusted
      ? [
          'settings.proxy.trusted: RustFS believes X-Forwarded-For of every private address, so who reaches it past the proxy chooses its own aws:SourceIp; list the proxies in settings.proxy.networks',
        ]
      : [];
  return [
    'settings.proxy.networks: RustFS reads the first line X-Forwarded-For alone; proxies have to replace that of the client or write to its end, not add a line',
    ...networks
      .filter((network) => prefixOf(network)?.wide)
      .map((network) => `settings.proxy.networks: every host in ${network} can choose its own aws:SourceIp`),
    ...(forwardedHeader
      ? [
          'settings.proxy.forwardedHeader: a proxy that passes on the header Forwarded lets clients choose their own aws:SourceIp',
        ]
      : []),
  ];
}
