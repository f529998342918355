import { join } from 'node:path';
import { ageRecipientsIn, selectAccessKeys, writeKubernetesSecret } from '../../provisioning/index.js';
import { clientEndpointOf, endpointOf, readManifest, secretStoreOf } from '../connection.js';
import { EXIT } from '../exit-codes.js';

export interface KubernetesSecretOptions {
  readonly manifest: string;
  readonly secrets?: string;
  readonly endpoint?: string;
  readonly namespace: string;
  readonly out: string;
  readonly age?: readonly string[];
  readonly awsNames?: boolean;
  readonly json?: boolean;
}

/** What the AWS SDKs read with `envFrom`. */
const AWS_NAMES = {
  accessKeyId: 'AWS_ACCESS_KEY_ID',
  secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
  endpoint: 'AWS_ENDPOINT_URL_S3',
  region: 'AWS_REGION',
} as const;

/** `kubernetes-secret`: one encrypted Secret for each access key; a file that says the same already is not touched. */
export async function kubernetesSecretCommand(
  names: readonly string[],
  options: KubernetesSecretOptions,
): Promise<number> {
  const manifest = readManifest(options.manifest);
  const store = secretStoreOf(manifest, options.secrets);
  const connection = {
    endpoint: options.endpoint ?? clientEndpointOf(manifest) ?? endpointOf(manifest, undefined),
    region: manifest.server.region,
  };
  const ofStore = manifest.secretStore.type === 'sops' ? manifest.secretStore.ageRecipients : undefined;
  for (const { name } of selectAccessKeys(manifest, names)) {
    const file = join(options.out, `${name}-s3-secret.sops.yaml`);
    const result = await writeKubernetesSecret({
      store,
      entry: name,
      connection,
      file,
      namespace: options.namespace,
      ageRecipients: options.age ?? ofStore ?? ageRecipientsIn(process.env),
      ...(options.awsNames ? { dataKeys: AWS_NAMES } : {}),
    });
    console.log(options.json ? JSON.stringify({ type: 'kubernetes-secret', file, result }) : `${result} ${file}`);
  }
  return EXIT.ok;
}
