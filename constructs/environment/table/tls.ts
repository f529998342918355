import { boolean, file, type Section } from '../model.js';

export const tls: Section = {
  title: 'TLS',
  source: 'crates/tls-runtime/src/certs.rs, crates/config/src/constants/tls.rs',
  variables: [
    {
      name: 'RUSTFS_TLS_PATH',
      prop: 'tls',
      effect: 'Directory with rustfs_cert.pem and rustfs_key.pem; RustFS does not start without a valid pair',
    },
    {
      name: 'RUSTFS_TLS_RELOAD_ENABLE',
      prop: 'tls',
      default: 'false',
      effect: 'Looks for changed certificates: `RustFsTls.directory({ reloadSeconds })`',
    },
    { name: 'RUSTFS_TLS_RELOAD_INTERVAL', prop: 'tls', default: '30', effect: 'Seconds between two looks' },
    {
      name: 'RUSTFS_SERVER_MTLS_ENABLE',
      prop: 'tls',
      default: 'false',
      effect: 'Refuses every client without a certificate of `clientCa`, S3 clients and health checks too',
    },
    {
      name: 'RUSTFS_MTLS_CLIENT_CERT',
      setting: 'trust.clientCertificateFile',
      value: file,
      default: 'client_cert.pem beside the certificates of `tls`',
      effect: 'Client certificate (PEM) that RustFS shows to remote tiers, and to other nodes',
      source: 'rustfs/src/server/tls_material.rs',
    },
    {
      name: 'RUSTFS_MTLS_CLIENT_KEY',
      setting: 'trust.clientKeyFile',
      value: file,
      secret: true,
      default: 'client_key.pem beside them',
      effect: 'Its key (PEM)',
      source: 'rustfs/src/server/tls_material.rs',
    },
    {
      name: 'RUSTFS_TRUST_SYSTEM_CA',
      setting: 'trust.systemCa',
      value: boolean,
      default: 'false',
      effect: 'Trusts the authorities of the image for outgoing connections',
    },
    {
      name: 'RUSTFS_TRUST_LEAF_CERT_AS_CA',
      not: 'takes a server certificate for an authority; give the authority itself (`ca` of RustFsTls)',
      default: 'false',
      effect: 'Trusts its own certificate for outgoing connections',
    },
    {
      name: 'RUSTFS_EXTRA_CA_CERT',
      setting: 'trust.extraCaFile',
      value: file,
      only: '1.0.1',
      effect: 'Authorities (PEM) that are trusted for OpenID providers too',
    },
    {
      name: 'RUSTFS_TLS_KEYLOG',
      secret: true,
      not: 'writes the keys of every TLS connection to a file',
      default: 'false',
      effect: 'Lets recorded traffic be decrypted',
    },
  ],
};
