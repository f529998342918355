import { S3Backend, type TerraformStack } from 'cdktf';
import { hostUrl, withoutCredentials } from '../manifest/index.js';
import { RustFs } from './rustfs.js';

/** @internal */
export const DEFAULT_STATE_BUCKET = 'terraform-state';

/** Everything that Terraform keeps for a stack lies below `<stack>/`, so that a policy can separate stacks. */
const stateKey = (stack: string) => `${stack}/terraform.tfstate`;
/** Terraform writes it with `If-None-Match: *`, which only one of two runs can do. */
export const lockKey = (stack: string) => `${stateKey(stack)}.tflock`;

export interface RemoteStateProps {
  /** @default terraform-state */
  readonly bucket?: string;
  /**
   * S3 server that holds the state, such as `https://state.example.com`: not the one that the stack deploys, because that has
   * to be there before Terraform can read the state.
   */
  readonly endpoint: string;
  /** @default us-east-1 */
  readonly region?: string;
}

/**
 * Keeps the state of a stack in a bucket, with a lock file beside it, so that of two runs one waits or fails. Needs Terraform ≥ 1.10 or
 * OpenTofu ≥ 1.10. Terraform takes the credentials from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or a profile), and writes them
 * nowhere; it trusts the CA in AWS_CA_BUNDLE.
 *
 * @throws Error for an endpoint with a path; synthesis fails if it is that of a RustFs container of the stack
 */
export class RemoteState extends S3Backend {
  /** `http://127.0.0.1:9000` and the like. */
  readonly endpoint: string;

  constructor(
    stack: TerraformStack,
    { bucket = DEFAULT_STATE_BUCKET, endpoint, region = 'us-east-1' }: RemoteStateProps,
  ) {
    const url = hostUrl(endpoint);
    if (url === undefined) {
      throw new Error(
        `invalid endpoint of the remote state (value: ${withoutCredentials(endpoint)}): expected a URL without path and credentials, such as https://state.example.com`,
      );
    }
    const stackId = stack.node.id;
    super(stack, {
      bucket,
      key: stateKey(stackId),
      workspaceKeyPrefix: `${stackId}/workspaces`,
      region,
      endpoints: { s3: url },
      usePathStyle: true,
      // There is no AWS account behind it.
      skipCredentialsValidation: true,
      skipRequestingAccountId: true,
      skipMetadataApiCheck: true,
      skipRegionValidation: true,
    });
    this.endpoint = url;
    this.node.addValidation({
      validate: () =>
        stack.node
          .findAll()
          .filter((construct) => construct instanceof RustFs && construct.endpoint === this.endpoint)
          .map(
            ({ node }) =>
              `the state of stack ${stackId} is at ${this.endpoint}, which is RustFs ${node.id} of the same stack: Terraform reads the state before it can start it; keep the state on another server`,
          ),
    });
    // cdktf 0.21 does not know it.
    this.addOverride('use_lockfile', true);
  }
}
