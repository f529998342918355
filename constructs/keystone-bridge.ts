import { Construct } from 'constructs';
import { z } from 'zod';
import { keystoneSchema } from '../gateway/keystone/config.js';
import { bridgeUserPolicy } from '../gateway/keystone/roles.js';
import type { PolicyDocument } from '../policies/index.js';
import { type IPolicy, Policy } from './policy.js';
import type { IRustFs } from './server.js';

/** A name and password, or an application credential. Files are relative to the project directory. */
export type KeystoneServiceUser =
  | {
      readonly username: string;
      readonly passwordFile: string;
      /** @default Default */
      readonly userDomain?: string;
      /** @default service */
      readonly project?: string;
      /** @default Default */
      readonly projectDomain?: string;
    }
  | { readonly applicationCredentialId: string; readonly secretFile: string };

export interface KeystoneBridgeProps {
  /** Keystone's Identity API v3 as the gateway reaches it, such as `https://keystone.example:5000/v3`. */
  readonly authUrl: string;
  /** PEM file of the authority of an https Keystone. @default the gateway's system authorities */
  readonly caFile?: string;
  /** Who validates tokens and signatures; needs the role `service` in its project. */
  readonly serviceUser: KeystoneServiceUser;
  /** RustFS user that the bridge assumes sessions from; not an access key of one, which RustFS gives no sessions. */
  readonly credential: { readonly accessKeyFile: string; readonly secretKeyFile: string };
  /** Declares the policy of that user on this server. @default - it is declared elsewhere; see `KeystoneBridge.userPolicy` */
  readonly server?: IRustFs;
  /** @default us-east-1 */
  readonly region?: string;
  /** Between project id and bucket name. Changing it hides every bucket that exists. @default '-' */
  readonly separator?: '-' | '--' | '.';
  /** Keystone role → policy, exact S3 actions, or `null` for nothing; added to the table of the reference. @default - the table */
  readonly roles?: Readonly<
    Record<string, 'AdminPolicy' | 'ReadWritePolicy' | 'ReadOnlyPolicy' | readonly string[] | null>
  >;
  /** Tokens remembered. @default 10000 */
  readonly tokenCacheSize?: number;
  /** Seconds that a revoked token may still count. @default 300 */
  readonly tokenCacheSeconds?: number;
  /** Seconds that a RustFS session lasts. @default 3600 */
  readonly sessionSeconds?: number;
  /** Requests signed with Keystone's EC2 credentials. @default true */
  readonly ec2?: boolean;
  /** Create a bucket when something is first written to it. @default false */
  readonly implicitTenants?: boolean;
}

/** A secret file of the project, and where the gateway reads it. */
export interface GatewayFile {
  readonly projectPath: string;
  readonly gatewayPath: string;
}

const DIRECTORY = '/etc/gateway/keystone';

/**
 * An existing Keystone as a way to sign in at the gateway: the section `keystone` of its configuration, checked at synthesis, and
 * the files that it names. No secret passes through the construct.
 */
export class KeystoneBridge extends Construct {
  /** What the bridge's RustFS user may do: S3 in the buckets of tenants, and to assume sessions. */
  static userPolicy(separator: '-' | '--' | '.' = '-'): PolicyDocument {
    return bridgeUserPolicy(separator);
  }

  /** Section `keystone` of the gateway's static configuration. */
  readonly config: z.input<typeof keystoneSchema>;
  readonly files: readonly GatewayFile[];
  /** Policy for the bridge's RustFS user, if `server` was given. */
  readonly policy: IPolicy | undefined;

  constructor(scope: Construct, id: string, props: KeystoneBridgeProps) {
    super(scope, id);
    const files: GatewayFile[] = [];
    const mounted = (projectPath: string, name: string) => {
      files.push({ projectPath, gatewayPath: `${DIRECTORY}/${name}` });
      return `${DIRECTORY}/${name}`;
    };
    const { serviceUser: user, credential, separator = '-' } = props;
    this.config = {
      auth_url: props.authUrl,
      ...(props.caFile !== undefined && { ca_file: mounted(props.caFile, 'ca.pem') }),
      service_user:
        'username' in user
          ? {
              ...{ type: 'password', username: user.username },
              ...(user.userDomain !== undefined && { user_domain: user.userDomain }),
              password_file: mounted(user.passwordFile, 'service-password'),
              ...(user.project !== undefined && { project: user.project }),
              ...(user.projectDomain !== undefined && { project_domain: user.projectDomain }),
            }
          : {
              ...{ type: 'application_credential', id: user.applicationCredentialId },
              secret_file: mounted(user.secretFile, 'service-secret'),
            },
      credential: {
        access_key_file: mounted(credential.accessKeyFile, 'access-key'),
        secret_key_file: mounted(credential.secretKeyFile, 'secret-key'),
      },
      ...(props.region !== undefined && { region: props.region }),
      separator,
      ...(props.roles && { roles: { ...props.roles } as never }),
      token_cache: {
        ...(props.tokenCacheSize !== undefined && { size: props.tokenCacheSize }),
        ...(props.tokenCacheSeconds !== undefined && { ttl_secs: props.tokenCacheSeconds }),
      },
      ...(props.sessionSeconds !== undefined && { session_secs: props.sessionSeconds }),
      ...(props.ec2 === false && { ec2: false }),
      implicit_tenants: props.implicitTenants ?? false,
    };
    this.files = files;
    const parsed = keystoneSchema.safeParse(this.config);
    if (!parsed.success) throw new Error(`KeystoneBridge ${id} is not valid:\n${z.prettifyError(parsed.error)}`);
    this.policy =
      props.server &&
      new Policy(this, 'Policy', {
        server: props.server,
        policyName: 'keystone-bridge',
        statements: bridgeUserPolicy(separator).Statement,
        allowBroad: 'the Keystone bridge serves every project; each session is narrowed to the buckets of one',
      });
  }
}
