import type { PolicyDocument } from '../../policies/index.js';
import type { BucketConfig } from '../client/bucket-xml.js';
import type { Estate } from '../estate.js';

/** A key with the secret that Terraform keeps in its state. */
export interface ImportedKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface DraftPrincipal {
  enabled: boolean;
  readonly policies: Set<string>;
}

/** What resources say, put together piece by piece, in whatever order they come. */
export interface EstateDraft {
  bucket(name: string): { -readonly [K in keyof BucketConfig]: BucketConfig[K] };
  policy(name: string, document: PolicyDocument): void;
  user(name: string): DraftPrincipal;
  group(name: string): DraftPrincipal & { readonly members: Set<string> };
  accessKey(key: {
    readonly accessKeyId: string;
    readonly parent: string;
    readonly name?: string;
    readonly enabled: boolean;
    readonly policy?: PolicyDocument;
    readonly secretAccessKey?: string;
  }): void;
  /** @param version RustFS version that the estate is for */
  finish(version: string): { readonly estate: Estate; readonly keys: readonly ImportedKey[] };
}

function getOrMake<T>(map: Map<string, T>, name: string, make: () => T): T {
  const found = map.get(name) ?? make();
  map.set(name, found);
  return found;
}

export function createDraft(): EstateDraft {
  const buckets = new Map<string, BucketConfig>();
  const policies = new Map<string, PolicyDocument>();
  const users = new Map<string, DraftPrincipal>();
  const groups = new Map<string, DraftPrincipal & { readonly members: Set<string> }>();
  const accessKeys = new Map<string, Estate['accessKeys'] extends ReadonlyMap<string, infer Key> ? Key : never>();
  const keys: ImportedKey[] = [];
  const principal = () => ({ enabled: true, policies: new Set<string>() });
  return {
    bucket: (name) => getOrMake(buckets, name, () => ({})),
    policy: (name, document) => void policies.set(name, document),
    user: (name) => getOrMake(users, name, principal),
    group: (name) => getOrMake(groups, name, () => ({ ...principal(), members: new Set<string>() })),
    accessKey({ accessKeyId, parent, name, enabled, policy, secretAccessKey }) {
      accessKeys.set(accessKeyId, {
        accessKeyId,
        parent,
        enabled,
        ...(name ? { name } : {}),
        ...(policy ? { embeddedPolicy: policy } : {}),
      });
      if (secretAccessKey) keys.push({ accessKeyId, secretAccessKey });
    },
    finish: (version) => ({
      keys,
      estate: {
        version,
        emulated: false,
        notes: [],
        buckets,
        policies,
        users: new Map(
          [...users].map(([name, { enabled, policies: attached }]) => [
            name,
            {
              enabled,
              policies: [...attached],
              groups: [...groups].filter(([, { members }]) => members.has(name)).map(([group]) => group),
            },
          ]),
        ),
        groups: new Map(
          [...groups].map(([name, { enabled, policies: attached, members }]) => [
            name,
            { enabled, policies: [...attached], members: [...members] },
          ]),
        ),
        accessKeys,
      },
    }),
  };
}
