import { jsonOf, refusal } from '../client/response.js';
import type { Credentials, Wire } from '../wire.js';
import type { KmsState, Outbound, ProviderState, Seen } from './model.js';

/** What the admin API tells beyond identities and buckets; each answer may be missing in a version, or on the emulator. */
export interface Asked {
  readonly kms: Seen<KmsState>;
  readonly providers: Seen<readonly ProviderState[]>;
  readonly webhooks: Seen<readonly Outbound[]>;
  readonly tiers: Seen<readonly Outbound[]>;
  readonly targetArns: Seen<readonly string[]>;
  readonly nodes: Seen<number>;
}

interface KmsAnswer {
  readonly status: string | { readonly Error?: string };
  readonly backend_type?: string | null;
}
interface OidcAnswer {
  readonly providers: readonly {
    readonly provider_id: string;
    readonly config_url: string;
    readonly role_policy?: string | null;
  }[];
}
type TierAnswer = readonly ({ readonly type?: string } & Readonly<
  Record<string, { readonly name?: string; readonly endpoint?: string } | string | undefined>
>)[];
interface InfoAnswer {
  readonly servers?: readonly unknown[];
  readonly info?: { readonly servers?: readonly unknown[] };
}

/** Endpoints of webhooks as `get-config-kv` writes them, those of the environment as comments. */
function webhooksIn(text: string, what: string): readonly Outbound[] {
  const found = text.matchAll(/(?:\bendpoint="|_ENDPOINT\w*=)(https?:\/\/[^"\s]+)/g);
  return [...new Set([...found].map(([, url = '']) => url))].map((url) => ({ what, url }));
}

function tiersIn(tiers: TierAnswer): readonly Outbound[] {
  return tiers.flatMap((tier) => {
    const settings = tier[tier.type ?? ''];
    return typeof settings === 'object' && settings.endpoint
      ? [{ what: `tier ${settings.name ?? tier.type}`, url: settings.endpoint }]
      : [];
  });
}

/** Asks everything once, without insisting: what is not answered is left to a person, with the reason. */
export async function askServer(wire: Wire, root: Credentials): Promise<Asked> {
  async function ask<T>(path: string, read: (answer: () => unknown, text: string) => T, query = {}): Promise<Seen<T>> {
    const request = { method: 'GET', path: `/rustfs/admin/v3/${path}`, query };
    try {
      const response = await wire.send(request, root, { retry: false });
      if (response.status !== 200) throw refusal(request, response);
      return { seen: read(() => jsonOf<unknown>(request, response), response.body.toString('utf8')) };
    } catch (error) {
      return { unseen: (error as Error).message };
    }
  }
  const [kms, providers, notify, audit, tiers, targetArns, nodes] = await Promise.all([
    ask('kms/service-status', (json) => {
      const { status, backend_type: backend } = json() as KmsAnswer;
      const shown = typeof status === 'string' ? status : `in error: ${status.Error ?? 'unknown'}`;
      return { status: shown, ...(backend ? { backend } : {}) };
    }),
    ask('oidc/config', (json) =>
      (json() as OidcAnswer).providers.map(({ provider_id: id, config_url: url, role_policy: role }) => ({
        id,
        url,
        rolePolicies: (role ?? '').split(',').filter((name) => name !== ''),
      })),
    ),
    ask('get-config-kv', (_, text) => webhooksIn(text, 'notification webhook'), { key: 'notify_webhook' }),
    ask('get-config-kv', (_, text) => webhooksIn(text, 'audit webhook'), { key: 'audit_webhook' }),
    ask('tier', (json) => tiersIn((json() ?? []) as TierAnswer)),
    ask('target/arns', (json) => json() as readonly string[]),
    ask('info', (json) => {
      const answer = json() as InfoAnswer;
      return (answer.info ?? answer).servers?.length ?? 1;
    }),
  ]);
  const webhooks = 'unseen' in notify ? notify : 'unseen' in audit ? audit : { seen: [...notify.seen, ...audit.seen] };
  return { kms, providers, webhooks, tiers, targetArns, nodes };
}
