import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type SecretStore, SecretStoreError, type StoreConnection } from './secret-store.js';
import { loadAgeIdentities } from './sops/identities.js';

export interface KubernetesSecretProps {
  readonly store: SecretStore;
  /** Entry of the store: usually the component. */
  readonly entry: string;
  readonly connection: StoreConnection;
  /** Where the manifest is written, for instance `langfuse-s3-secret.sops.yaml`. */
  readonly file: string;
  readonly namespace: string;
  /** @default `<entry>-s3-secret`, in lower case, "_" as "-" */
  readonly secretName?: string;
  /**
   * Keys of the Secret's data. For `envFrom`, name them as the AWS SDKs do: `AWS_ACCESS_KEY_ID` …
   *
   * @default access-key-id, secret-access-key, endpoint, region
   */
  readonly dataKeys?: Partial<Record<DataKey, string>>;
  /** Public keys (`age1…`) of those who may decrypt it: usually the cluster's, and your own. */
  readonly ageRecipients: readonly string[];
  /** File with your private key. @default what sops uses, see {@link sopsSecretStore} */
  readonly ageIdentityFile?: string;
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

type DataKey = 'accessKeyId' | 'secretAccessKey' | 'endpoint' | 'region';
const DATA_KEYS = {
  accessKeyId: 'access-key-id',
  secretAccessKey: 'secret-access-key',
  endpoint: 'endpoint',
  region: 'region',
} as const;

/** As Flux and the sops documentation have it for Kubernetes: names stay readable, values don't. */
const ENCRYPTED_REGEX = '^(data|stringData)$';

/** DNS-1123 label and subdomain, and the characters that Kubernetes takes in a Secret's keys. */
const LABEL = /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/**
 * Writes the published key of an entry as a Kubernetes Secret encrypted with sops, ready for a Git repository that Flux
 * or `sops decrypt | kubectl apply -f -` deploys.
 *
 * @returns `unchanged` if the file holds exactly that already: it isn't touched, so that Git shows no change.
 * @throws {SecretStoreError} if the key isn't published yet, on invalid names, or if the existing file can't be decrypted.
 */
export async function writeKubernetesSecret(
  props: KubernetesSecretProps,
): Promise<'created' | 'updated' | 'unchanged'> {
  const { file, ageRecipients } = props;
  const wanted = await scalarsOf(props);
  // Here, because a parser of YAML comes with them, which no other command needs.
  const [{ createSopsDocument }, { sopsFile }] = await Promise.all([
    import('./sops/create.js'),
    import('./sops/file.js'),
  ]);
  const secret = sopsFile(file, () => loadAgeIdentities(props.ageIdentityFile, props.environment ?? process.env));
  const existing = await secret.open();
  if (existing !== undefined) {
    const recipients = existing.document.metadata.age.map(({ recipient }) => recipient);
    const same =
      JSON.stringify(existing.scalars) === JSON.stringify(wanted) &&
      JSON.stringify([...recipients].sort()) === JSON.stringify([...ageRecipients].sort());
    if (same) return 'unchanged';
  }
  const { text, dataKey } = await createSopsDocument({
    yaml: toYaml(wanted),
    file,
    recipients: ageRecipients,
    rule: { encrypted_regex: ENCRYPTED_REGEX },
    now: new Date(),
  });
  await mkdir(dirname(file), { recursive: true });
  await secret.write(text, dataKey);
  return existing === undefined ? 'created' : 'updated';
}

interface PlainScalar {
  readonly path: readonly string[];
  readonly text: string;
}

async function scalarsOf(props: KubernetesSecretProps): Promise<PlainScalar[]> {
  const { store, entry, connection, namespace } = props;
  const key = (await store.read(entry))?.current;
  if (key?.state !== 'active') {
    throw new SecretStoreError(
      `${store.description} has no published access key of ${entry}: apply the manifest first`,
    );
  }
  const secretName = props.secretName ?? `${entry.toLowerCase().replaceAll('_', '-')}-s3-secret`;
  check('name of a Kubernetes Secret', secretName, SUBDOMAIN, 'lower-case letters, digits, "-" and "."');
  check('Kubernetes namespace', namespace, LABEL, 'at most 63 lower-case letters, digits and "-"');
  const dataKeys = { ...DATA_KEYS, ...props.dataKeys };
  const values = { ...connection, accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey };
  const data = (Object.keys(DATA_KEYS) as DataKey[]).map((field) => {
    check('key of a Kubernetes Secret', dataKeys[field], KEY, 'letters, digits, "-", "_" and "."');
    return { path: ['stringData', dataKeys[field]], text: values[field] };
  });
  return [
    { path: ['apiVersion'], text: 'v1' },
    { path: ['kind'], text: 'Secret' },
    { path: ['metadata', 'name'], text: secretName },
    { path: ['metadata', 'namespace'], text: namespace },
    { path: ['metadata', 'labels', 'app.kubernetes.io/managed-by'], text: 'cdktf-rustfs' },
    { path: ['type'], text: 'Opaque' },
    ...data,
  ];
}

function check(what: string, value: string, pattern: RegExp, expected: string): void {
  if (!pattern.test(value)) {
    throw new SecretStoreError(`invalid ${what}: ${JSON.stringify(value)}: expected ${expected}`);
  }
}

/** Block style, one line per key: scalars below the same key follow each other. */
function toYaml(scalars: readonly PlainScalar[]): string {
  const lines: string[] = [];
  let open: readonly string[] = [];
  for (const { path, text } of scalars) {
    const parents = path.slice(0, -1);
    parents.forEach((key, depth) => {
      if (open[depth] !== key) lines.push(`${'    '.repeat(depth)}${key}:`);
    });
    open = parents;
    lines.push(`${'    '.repeat(parents.length)}${path.at(-1)}: ${JSON.stringify(text)}`);
  }
  return `${lines.join('\n')}\n`;
}
