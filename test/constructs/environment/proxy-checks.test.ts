import { describe, expect, test } from 'vitest';
import { settingsProblems, settingsWarnings } from '../../../constructs/environment/checks.js';
import { renderSettings } from '../../../constructs/environment/render.js';
import { settingsParts } from '../../../constructs/environment/settings-part.js';
import { type RustFsSettings, RustFsStorage } from '../../../constructs/index.js';

const problems = (settings: RustFsSettings) => renderSettings(settings, '1.0.1').problems;

describe('settings.proxy', () => {
  const shape = { storage: RustFsStorage.single(), tls: false };
  const environmentOf = (settings: RustFsSettings) =>
    settingsParts({ settings }, { what: 'RustFs x', version: '1.0.1', port: 9000, ...shape })[0]?.environment;

  test('with networks trusts these alone, as peers of either kind of socket, and no header Forwarded', () => {
    expect(environmentOf({ proxy: { networks: ['172.20.0.2', '10.1.0.0/28', 'fd00::2'] } })).toEqual({
      RUSTFS_TRUSTED_PROXY_ENABLED: 'true',
      RUSTFS_TRUSTED_PROXY_IMPLEMENTATION: 'legacy',
      RUSTFS_TRUSTED_PROXY_NETWORKS: '172.20.0.2,::ffff:172.20.0.2/128,10.1.0.0/28,::ffff:10.1.0.0/124,fd00::2',
      RUSTFS_TRUSTED_PROXY_ENABLE_RFC7239: 'false',
    });
    expect(environmentOf({ proxy: { networks: ['fd00::2'], forwardedHeader: true, maxHops: 2 } })).toMatchObject({
      RUSTFS_TRUSTED_PROXY_ENABLE_RFC7239: 'true',
      RUSTFS_TRUSTED_PROXY_MAX_HOPS: '2',
    });
    expect(environmentOf({ proxy: { trusted: true } })).toEqual({ RUSTFS_TRUSTED_PROXY_ENABLED: 'true' });
  });

  test('is refused where it would trust everybody or nobody', () => {
    const of = (proxy: RustFsSettings['proxy']) => settingsProblems({ proxy }, shape);
    expect(of({ networks: ['172.20.0.2'], maxHops: 3, cacheSeconds: 0 })).toEqual([]);
    expect(of({ trusted: true, maxHops: 3, forwardedHeader: false })).toEqual([
      'settings.proxy.maxHops has no effect without settings.proxy.networks',
      'settings.proxy.forwardedHeader has no effect without settings.proxy.networks',
    ]);
    expect(of({ trusted: false, networks: ['172.20.0.2', '::/0'] })).toEqual([
      'settings.proxy.networks have no effect while settings.proxy.trusted is false; leave one of them out',
      'settings.proxy.networks: ::/0 trusts every client to name its own address; list the proxies',
    ]);
    expect(of({ networks: ['172.20.0.999', '10.0.0.0/33'], warnNetworks: ['1::2::3'] })).toEqual([
      'settings.proxy.networks: 172.20.0.999 is neither an address nor a network',
      'settings.proxy.networks: 10.0.0.0/33 is neither an address nor a network',
      'settings.proxy.warnNetworks: 1::2::3 is neither an address nor a network',
    ]);
    expect(problems({ proxy: { networks: ['proxy.internal'] } })).toEqual([
      'settings.proxy.networks (value: ["proxy.internal"]): expected a list of addresses and networks such as 172.20.0.2 or 10.1.0.0/28',
    ]);
  });

  test('warns of who could choose its own address', () => {
    const line =
      'settings.proxy.networks: RustFS reads the first line X-Forwarded-For alone; proxies have to replace that of the client or write to its end, not add a line';
    expect(settingsWarnings({ proxy: { networks: ['172.20.0.2', 'fd00::2', '10.1.0.0/24'] } })).toEqual([line]);
    expect(settingsWarnings({ proxy: { networks: ['10.0.0.0/8', 'fd00::/8'], forwardedHeader: true } })).toEqual([
      line,
      'settings.proxy.networks: every host in 10.0.0.0/8 can choose its own aws:SourceIp',
      'settings.proxy.networks: every host in fd00::/8 can choose its own aws:SourceIp',
      'settings.proxy.forwardedHeader: a proxy that passes on the header Forwarded lets clients choose their own aws:SourceIp',
    ]);
    expect(settingsWarnings({ proxy: { trusted: true } })).toEqual([
      'settings.proxy.trusted: RustFS believes X-Forwarded-For of every private address, so who reaches it past the proxy chooses its own aws:SourceIp; list the proxies in settings.proxy.networks',
    ]);
  });
});
