import { file, list, privateFile, type Section, text, type Variable } from '../model.js';

/** A name with those below it (`.example.com`), an address or network, or everything; RustFS does not start with anything else. */
const BYPASS =
  /^(\*|\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f]*(:[0-9A-Fa-f.]*){2,7})(\/\d{1,3})?)$/;

const variable = (field: string, rest: object): Variable =>
  ({ name: `RUSTFS_CONNECT_${field}`, only: '1.0.1', ...rest }) as Variable;

export const connect: Section = {
  title: 'Connect',
  source: 'rustfs/src/connect/config.rs',
  variables: [
    variable('ENDPOINT', {
      setting: 'connect.endpoint',
      value: text(
        'an https URL without user name, query and fragment, such as https://connect.example.com/agent/',
        /^https:\/\/[^\s/@?#,]+(\/[^\s@?#]*)?$/,
      ),
      effect:
        'Service that RustFS reports its inventory and heartbeats to. It reports once the server is registered with `rustfs connect register`, which the service gives a token for',
    }),
    variable('ROOT_CA_FILE', {
      setting: 'connect.caFile',
      value: file,
      effect: 'Authority (PEM) of that service; no other one is trusted',
    }),
    variable('STATE_DIR', {
      derived: '`settings.connect`: /connect/state, in a volume of its own',
      effect: 'Where the identity of the server and its state are kept; RustFS wants it to be owner-only',
    }),
    variable('PROXY_URL', {
      setting: 'connect.proxyUrl',
      value: text('an http URL without user name and path, such as http://proxy:3128', /^http:\/\/[^\s/@?#,]+\/?$/),
      effect: 'Proxy for connections to the service',
    }),
    variable('PROXY_BYPASS', {
      setting: 'connect.proxyBypass',
      value: list('names, addresses and networks such as 10.0.0.0/8, or *', BYPASS),
      effect: 'What is connected to without the proxy',
    }),
    variable('PROXY_USERNAME_FILE', {
      setting: 'connect.proxyUsernameFile',
      value: privateFile,
      effect: 'User name for the proxy',
    }),
    variable('PROXY_PASSWORD_FILE', {
      setting: 'connect.proxyPasswordFile',
      value: privateFile,
      secret: true,
      effect: 'Its password',
    }),
    variable('JOB_SIGNING_KEY_ID', {
      setting: 'connect.jobSigningKeyId',
      value: text('64 lower case hexadecimal digits', /^[0-9a-f]{64}$/),
      effect: 'SHA-256 of the public key that signs diagnostic jobs; RustFS runs none without it',
      source: 'rustfs/src/connect/diagnostics/job.rs',
    }),
    variable('JOB_SIGNING_PUBLIC_KEY_FILE', {
      setting: 'connect.jobSigningKeyFile',
      value: privateFile,
      effect: 'That key: Ed25519, 32 bytes in base64url without padding',
      source: 'rustfs/src/connect/diagnostics/job.rs',
    }),
    {
      name: 'RUSTFS_CONNECT_SERVICE_LICENSE',
      not: 'is no variable, but the purpose that a licence of Connect states',
      only: '1.0.1',
      effect: 'None',
      source: 'rustfs/src/connect/license.rs',
    },
  ],
};
