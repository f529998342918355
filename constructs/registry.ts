import type {
  Manifest,
  ManifestAccessKey,
  ManifestBucket,
  ManifestComponent,
  ManifestEventTarget,
  ManifestGroup,
  ManifestKms,
  ManifestOidcProvider,
  ManifestPolicy,
  ManifestSessions,
  ManifestUser,
} from '../manifest/index.js';
import { eventTargetName } from '../manifest/index.js';
import type { RustFsVersion } from '../policies/index.js';

/** How a thing in the manifest is named in messages. */
type Kind = keyof EntryTypes;

/** Collects what is declared for one server. Entries are functions, because later grants still change them. */
export class ManifestRegistry {
  readonly #entries = new Map<Kind, Map<string, { readonly path: string; readonly render: () => unknown }>>();

  constructor(
    readonly rustfsVersion: RustFsVersion,
    readonly stack: string,
    private readonly server: () => Manifest['server'],
    private readonly secretStore: Manifest['secretStore'],
  ) {}

  /** Where applications reach the server, if not where provisioning does. */
  clientEndpoint: string | undefined;

  /** For secrets beside the store, relative to the project directory: the store itself, if it is one. */
  get secretDirectory(): string {
    return this.secretStore.type === 'directory' ? this.secretStore.directory : `secrets/${this.stack}`;
  }

  /** @throws Error if the name is taken */
  add<K extends keyof EntryTypes>(kind: K, name: string, path: string, render: () => EntryTypes[K]): void {
    const entries = this.#entries.get(kind) ?? new Map();
    this.#entries.set(kind, entries);
    const taken = entries.get(name);
    if (taken)
      throw new Error(
        `${kind} "${name}" is declared by ${path}, but ${taken.path} already declares it; choose another name or share the first one`,
      );
    entries.set(name, { path, render });
  }

  has(kind: Kind, name: string): boolean {
    return this.#entries.get(kind)?.has(name) ?? false;
  }

  #render<K extends keyof EntryTypes>(kind: K): EntryTypes[K][] {
    return [...(this.#entries.get(kind)?.values() ?? [])].map(({ render }) => render() as EntryTypes[K]);
  }

  #providers(): ManifestOidcProvider[] {
    const claims = this.#render('claim value');
    return this.#render('OIDC provider').map((provider) => ({
      ...provider,
      claims: claims.filter((claim) => claim.provider === provider.id).map(({ provider: _, ...claim }) => claim),
    }));
  }

  toManifest(): Manifest {
    const providers = this.#providers();
    const sessions = this.#render('sessions of user');
    const eventTargets = this.#render('event target').sort((a, b) =>
      eventTargetName(a) < eventTargetName(b) ? -1 : 1,
    );
    const [kms] = this.#render('KMS');
    return {
      version: 1,
      stack: this.stack,
      server: { ...this.server(), ...(this.clientEndpoint ? { clientEndpoint: this.clientEndpoint } : {}) },
      secretStore: this.secretStore,
      buckets: this.#render('bucket'),
      policies: this.#render('policy'),
      users: this.#render('user'),
      groups: this.#render('group'),
      accessKeys: this.#render('access key'),
      components: this.#render('component'),
      ...(kms && { kms }),
      ...(providers.length > 0 ? { oidc: { providers } } : {}),
      ...(sessions.length > 0 ? { sessions } : {}),
      ...(eventTargets.length > 0 ? { eventTargets } : {}),
    };
  }
}

interface EntryTypes {
  bucket: ManifestBucket;
  policy: ManifestPolicy;
  user: ManifestUser;
  group: ManifestGroup;
  'access key': ManifestAccessKey;
  component: ManifestComponent;
  'sessions of user': ManifestSessions;
  'event target': ManifestEventTarget;
  KMS: ManifestKms;
  'OIDC provider': Omit<ManifestOidcProvider, 'claims'>;
  'claim value': ManifestOidcProvider['claims'][number] & { readonly provider: string };
}
