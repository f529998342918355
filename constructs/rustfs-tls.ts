import { isIP } from 'node:net';
import type { Manifest } from '../manifest/index.js';
import { hostPathProblem } from './host-path.js';
import type { ServerFile, ServerPart } from './server-part.js';

/** Where RustFS finds its certificates in the container. */
export const TLS_DIRECTORY = '/etc/rustfs/tls';
/** Files of the healthcheck; a directory below TLS_DIRECTORY would be taken for a domain. */
const CLIENT_DIRECTORY = '/etc/rustfs/healthcheck';

/** A certificate and its key, PEM, relative to the project directory. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

interface CommonTlsProps {
  /** Name in the certificate that clients and the post-apply step reach the server by; it has to lead to its published port. */
  readonly host: string;
  /** Authority of the certificate (PEM, relative to the project directory). @default - one that every system trusts */
  readonly ca?: string;
  /**
   * Lets nobody in without a client certificate of the authority `ca`, S3 clients included. `certificate` and `key` are those of
   * provisioning and of the healthcheck.
   *
   * @default - access keys alone decide
   */
  readonly clients?: CertificateFiles & { readonly ca: string };
}

export interface RustFsTlsFilesProps extends CommonTlsProps, CertificateFiles {
  /** Other certificates, by the name (SNI) that clients ask for. @default - one for all */
  readonly domains?: Readonly<Record<string, CertificateFiles>>;
}

export interface RustFsTlsDirectoryProps extends Omit<CommonTlsProps, 'clients'> {
  /** Directory of the Docker host with `rustfs_cert.pem` and `rustfs_key.pem`, readable by uid 10001; for other names `<name>/rustfs_cert.pem` … */
  readonly hostPath: string;
  /** RustFS looks for renewed files this often. @default 30 */
  readonly reloadSeconds?: number;
}

export interface RustFsTlsSelfSignedProps {
  /** Names and addresses beside 127.0.0.1, localhost and rustfs. @default - none */
  readonly names?: readonly string[];
}

interface TlsParts {
  readonly host?: string;
  readonly ca?: string;
  readonly clients?: CertificateFiles & { readonly ca: string };
  readonly hostPath?: string;
  /** Names of a certificate that is made at the first deployment. */
  readonly names?: readonly string[];
  /** What lies in TLS_DIRECTORY, by name there. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

const NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

function checkName(what: string, name: string): void {
  if (NAME.test(name) || isIP(name) !== 0) return;
  throw new Error(
    `invalid ${what} of RustFsTls (value: ${name}): expected a host name or an address, such as s3.example.com`,
  );
}

/** Under the names that RustFS wants (source: crates/tls-runtime/src/certs.rs). */
const pair = (directory: string, { certificate, key }: CertificateFiles) => ({
  [`${directory}rustfs_cert.pem`]: certificate,
  [`${directory}rustfs_key.pem`]: key,
});

/** TLS of the S3 and admin API and of the console: RustFS has one set of certificates for both. */
export class RustFsTls {
  /**
   * Files of the project, copied into the container. A changed certificate replaces the container at the next deployment;
   * `RustFsTls.directory()` takes renewed ones without that.
   */
  static files(props: RustFsTlsFilesProps): RustFsTls {
    const { host, ca, clients, domains = {} } = props;
    checkName('host', host);
    for (const domain of Object.keys(domains)) checkName('domain', domain);
    const files = {
      ...pair('', props),
      ...Object.assign({}, ...Object.entries(domains).map(([domain, files]) => pair(`${domain}/`, files))),
      ...(ca ? { 'ca.crt': ca } : {}),
      ...(clients ? { 'client_ca.crt': clients.ca } : {}),
    };
    return new RustFsTls({ host, files, ...(ca ? { ca } : {}), ...(clients ? { clients } : {}) });
  }

  /** A directory of the Docker host that somebody else keeps, such as an ACME client; RustFS takes renewed files by itself. */
  static directory({ host, ca, hostPath, reloadSeconds = 30 }: RustFsTlsDirectoryProps): RustFsTls {
    checkName('host', host);
    const problem = hostPathProblem(hostPath);
    if (problem) throw new Error(`invalid hostPath of RustFsTls: ${problem}`);
    if (!Number.isInteger(reloadSeconds) || reloadSeconds < 1)
      throw new Error(
        `invalid reloadSeconds of RustFsTls (value: ${reloadSeconds}): expected a whole number, at least 1`,
      );
    const environment = { RUSTFS_TLS_RELOAD_ENABLE: 'true', RUSTFS_TLS_RELOAD_INTERVAL: String(reloadSeconds) };
    return new RustFsTls({ host, hostPath, environment, ...(ca ? { ca } : {}) });
  }

  /**
   * For development: an authority and a certificate of its own, made at the first deployment as files beside the root credentials.
   * Clients have to be given `ca.crt`; it is valid for ten years, the certificate for one, and `cdktf-rustfs tls-certificate` renews it.
   */
  static selfSigned({ names = [] }: RustFsTlsSelfSignedProps = {}): RustFsTls {
    for (const name of names) checkName('name', name);
    return new RustFsTls({ names: [...new Set(['127.0.0.1', 'localhost', 'rustfs', ...names])] });
  }

  private constructor(
    /** @internal */
    readonly _parts: TlsParts,
  ) {}
}

/** TLS of one server, with everything that depends on the stack filled in. */
export interface ServerTls {
  readonly part: ServerPart;
  /** Host of the endpoint. */
  readonly host: string;
  /** For the manifest: what the client trusts, and who it is. */
  readonly trust: Pick<Manifest['server'], 'caFile' | 'clientCertificateFile' | 'clientKeyFile'>;
  /** Options of curl in the container. */
  readonly curl: readonly string[];
  readonly hostPath?: string;
  /** Command that makes the files, and its names. */
  readonly selfSigned?: { readonly command: string; readonly names: readonly string[] };
}

const client = (what: string, projectPath: string, name: string): ServerFile => ({
  what: `${what} of RustFsTls`,
  projectPath,
  path: `${CLIENT_DIRECTORY}/${name}`,
});

/**
 * @param directory where a self-signed certificate is kept, relative to the project directory
 * @param address of the published port
 */
export function serverTls({ _parts: parts }: RustFsTls, directory: string, address: string): ServerTls {
  const { names, clients, hostPath } = parts;
  const made = { certificate: `${directory}/rustfs_cert.pem`, key: `${directory}/rustfs_key.pem` };
  const ca = names ? `${directory}/ca.crt` : parts.ca;
  const files = names ? { ...pair('', made), 'ca.crt': `${directory}/ca.crt` } : (parts.files ?? {});
  const host = parts.host ?? address;
  return {
    host,
    trust: {
      ...(ca ? { caFile: ca } : {}),
      ...(clients ? { clientCertificateFile: clients.certificate, clientKeyFile: clients.key } : {}),
    },
    part: {
      environment: {
        RUSTFS_TLS_PATH: TLS_DIRECTORY,
        ...(clients ? { RUSTFS_SERVER_MTLS_ENABLE: 'true' } : {}),
        ...parts.environment,
      },
      files: [
        ...Object.entries(files).map(([name, projectPath]) => ({
          what: `${name} of RustFsTls`,
          projectPath,
          path: `${TLS_DIRECTORY}/${name}`,
          // A self-signed one does not exist yet when Terraform plans for the first time.
          replaceOnChange: !names && name.endsWith('cert.pem'),
        })),
        ...(ca ? [client('ca', ca, 'ca.crt')] : []),
        ...(clients
          ? [
              client('clients.certificate', clients.certificate, 'cert.pem'),
              client('clients.key', clients.key, 'key.pem'),
            ]
          : []),
      ],
      warnings: names
        ? ['RustFsTls.selfSigned is for development: the key of its authority lies beside the root credentials']
        : [],
    },
    curl: [
      ...(ca ? ['--cacert', `${CLIENT_DIRECTORY}/ca.crt`] : []),
      ...(clients ? ['--cert', `${CLIENT_DIRECTORY}/cert.pem`, '--key', `${CLIENT_DIRECTORY}/key.pem`] : []),
    ],
    ...(hostPath ? { hostPath } : {}),
    ...(names
      ? {
          selfSigned: {
            names,
            command: `npx --no-install cdktf-rustfs tls-certificate --dir ${directory} --names ${[...new Set([...names, host])].join(',')}`,
          },
        }
      : {}),
  };
}

/** RustFS knows of TLS only from a trusted proxy's X-Forwarded-Proto: on TLS of its own the key is always false (source: rustfs/src/auth.rs). */
export function secureTransportProblems({ buckets, policies }: Manifest): string[] {
  const named = [
    ...buckets.map(({ name, policy }) => ({ what: `the policy of bucket ${name}`, document: policy })),
    ...policies.map(({ name, document }) => ({ what: `policy ${name}`, document })),
  ];
  return named
    .filter(({ document }) => /"aws:securetransport"/i.test(JSON.stringify(document ?? {})))
    .map(
      ({ what }) =>
        `${what} has a condition on aws:SecureTransport, which is false for every request to RustFS with TLS of its own, and would lock everybody out; leave it out: nothing is served without TLS`,
    );
}
