import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorCode } from '../client/response.js';
import { type Check, type DoctorFinding, NotChecked } from './model.js';

/** What RustFS has when nobody gave it credentials (reference: config_struct.rs). */
const DEFAULT = { accessKeyId: 'rustfsadmin', secretAccessKey: 'rustfsadmin' };

const defaults: Check = {
  title: 'default credentials',
  async run({ rustfs, wire }) {
    await rustfs();
    const response = await wire.send({ method: 'GET', path: '/' }, DEFAULT, { retry: false });
    if (response.status === 403) return [];
    if (response.status !== 200) throw new NotChecked(`GET / was answered with HTTP ${response.status}`);
    return [
      {
        severity: 'error',
        what: 'the server accepts the default credentials rustfsadmin: everybody who reaches it is root',
        evidence: 'GET / signed with rustfsadmin: HTTP 200',
        fix: 'make root credentials with "cdktf-rustfs root-credentials", give them to the server by RUSTFS_ACCESS_KEY_FILE and RUSTFS_SECRET_KEY_FILE, and restart it',
      },
    ];
  },
};

const REFUSALS: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  InvalidAccessKeyId: [
    'the server does not know the root access key',
    'check RUSTFS_ACCESS_KEY (or RUSTFS_ACCESS_KEY_FILE) here and in the container: they must be the same',
  ],
  SignatureDoesNotMatch: [
    'the root secret is wrong, or something between here and the server changes requests',
    'check RUSTFS_SECRET_KEY (or RUSTFS_SECRET_KEY_FILE); if it is right, run doctor again with --direct URL, which asks the server without the proxy too',
  ],
  RequestTimeTooSkewed: [
    'the server refuses the time of signed requests',
    'synchronize the clocks (timedatectl set-ntp true)',
  ],
};

const rootCredentials: Check = {
  title: 'root credentials',
  async run({ findRoot, listBuckets, admin }) {
    const missing = await findRoot().then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (missing !== undefined) {
      const fix = 'set RUSTFS_ACCESS_KEY and RUSTFS_SECRET_KEY, or their _FILE variants';
      return [{ severity: 'error', what: 'there are no root credentials here', evidence: missing, fix }];
    }
    const response = await listBuckets();
    const code = errorCode(response);
    const known = REFUSALS[code];
    if (known)
      return [
        { severity: 'error', what: known[0], evidence: `signed GET /: HTTP ${response.status} ${code}`, fix: known[1] },
      ];
    if (response.status === 403 && code === 'AccessDenied') {
      const said = /<Message>([^<]*)<\/Message>/.exec(response.body.toString('utf8'))?.[1] ?? '';
      const unsigned = /headers present in the request which were not signed/.test(said);
      return [
        {
          severity: 'error',
          what: unsigned
            ? 'something between here and the server adds x-amz- headers to signed requests'
            : 'the root credentials are accepted, but may not list buckets',
          evidence: `signed GET /: HTTP 403 AccessDenied ${said}`.trim(),
          fix: unsigned
            ? 'let the proxy add no x-amz- header: RustFS 1.0.1 wants each of them signed'
            : "use root's own credentials, not an access key with a policy",
        },
      ];
    }
    const { is_admin: isAdmin, access_key: accessKey } = await admin<{ is_admin: boolean; access_key: string }>(
      '/is-admin',
    );
    if (isAdmin) return [];
    return [
      {
        severity: 'error',
        what: 'the root credentials are those of an ordinary identity',
        evidence: `GET /rustfs/admin/v3/is-admin: false for ${accessKey}`,
        fix: "use root's own credentials: RUSTFS_ACCESS_KEY and RUSTFS_SECRET_KEY of the server",
      },
    ];
  },
};

async function checkFile(file: string): Promise<DoctorFinding | undefined> {
  let mode: number;
  try {
    mode = (await stat(file)).mode & 0o777;
  } catch (error) {
    return {
      severity: 'error',
      what: `the root credential file ${file} cannot be read`,
      evidence: `${(error as NodeJS.ErrnoException).code}`,
      fix: 'make both files with "cdktf-rustfs root-credentials --dir DIR --manifest FILE", which takes them from the secret store if it has them',
    };
  }
  if (process.platform === 'win32' || (mode & 0o077) === 0) return undefined;
  return {
    severity: 'error',
    what: `others may read or write the root credential file ${file}`,
    evidence: `mode ${mode.toString(8).padStart(4, '0')}`,
    fix: `chmod 600 ${file}, and rotate the root secret (cdktf-rustfs rotate --root) if somebody could have seen it`,
  };
}

const files: Check = {
  title: 'root credential files',
  async run({ manifest: { server } }) {
    const { RUSTFS_ACCESS_KEY, RUSTFS_SECRET_KEY, RUSTFS_ACCESS_KEY_FILE, RUSTFS_SECRET_KEY_FILE } = process.env;
    const named = [
      RUSTFS_ACCESS_KEY ? undefined : (RUSTFS_ACCESS_KEY_FILE ?? server.accessKeyFile),
      RUSTFS_SECRET_KEY ? undefined : (RUSTFS_SECRET_KEY_FILE ?? server.secretKeyFile),
    ].filter((file) => file !== undefined);
    const found = await Promise.all(named.map((file) => checkFile(resolve(file))));
    return found.filter((finding) => finding !== undefined);
  },
};

export const credentialChecks: readonly Check[] = [defaults, rootCredentials, files];
