import { boolean, integer, type Section, seconds, size, text } from '../model.js';

const ports = text('a range of ports such as 40000-40050', /^\d{1,5}-\d{1,5}$/);
const OCTET = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const address = text('an IPv4 address that clients reach', new RegExp(`^${OCTET}(\\.${OCTET}){3}$`));
const CA_FILE = 'RustFS looks whether the file exists, and asks no client for a certificate';
const FIXED = 'the container always listens at the default; it is reached over the Docker network of the stack';

export const protocols: Section = {
  title: 'FTP, FTPS, WebDAV, SFTP',
  source: 'crates/config/src/constants/protocols.rs, rustfs/src/init.rs',
  variables: [
    {
      name: 'RUSTFS_FTP_ENABLE',
      setting: 'ftp.enabled',
      value: boolean,
      default: 'false',
      effect: 'FTP at port 8021. Access keys travel in clear',
    },
    { name: 'RUSTFS_FTP_ADDRESS', not: FIXED, default: '0.0.0.0:8021', effect: 'Listener of FTP' },
    {
      name: 'RUSTFS_FTP_PASSIVE_PORTS',
      setting: 'ftp.passivePorts',
      value: ports,
      effect: 'Ports of data connections',
    },
    {
      name: 'RUSTFS_FTP_EXTERNAL_IP',
      setting: 'ftp.externalAddress',
      value: address,
      effect: 'Address that FTP clients are sent to for data',
    },
    {
      name: 'RUSTFS_FTPS_ENABLE',
      setting: 'ftps.enabled',
      value: boolean,
      default: 'false',
      effect: 'FTP over TLS at port 8022, with the certificates of `tls`',
    },
    { name: 'RUSTFS_FTPS_ADDRESS', not: FIXED, default: '0.0.0.0:8022', effect: 'Listener of FTPS' },
    {
      name: 'RUSTFS_FTPS_TLS_ENABLED',
      not: 'FTPS without TLS is FTP: settings.ftp.enabled',
      default: 'true',
      effect: 'TLS of FTPS',
    },
    { name: 'RUSTFS_FTPS_CERTS_DIR', derived: '`tls`', effect: 'Directory with the certificates' },
    {
      name: 'RUSTFS_FTPS_CA_FILE',
      not: CA_FILE,
      effect: 'Authority of client certificates',
    },
    {
      name: 'RUSTFS_FTPS_PASSIVE_PORTS',
      setting: 'ftps.passivePorts',
      value: ports,
      effect: 'Ports of data connections',
    },
    {
      name: 'RUSTFS_FTPS_EXTERNAL_IP',
      setting: 'ftps.externalAddress',
      value: address,
      effect: 'Address that FTPS clients are sent to for data',
    },
    {
      name: 'RUSTFS_WEBDAV_ENABLE',
      setting: 'webdav.enabled',
      value: boolean,
      default: 'false',
      effect: 'WebDAV at port 8080',
    },
    { name: 'RUSTFS_WEBDAV_ADDRESS', not: FIXED, default: '0.0.0.0:8080', effect: 'Listener of WebDAV' },
    {
      name: 'RUSTFS_WEBDAV_TLS_ENABLED',
      setting: 'webdav.tls',
      value: boolean,
      default: 'true',
      effect: 'TLS of WebDAV, with the certificates of `tls`; without it access keys travel in clear',
    },
    { name: 'RUSTFS_WEBDAV_CERTS_DIR', derived: '`tls`', effect: 'Directory with the certificates' },
    {
      name: 'RUSTFS_WEBDAV_CA_FILE',
      not: CA_FILE,
      effect: 'Authority of client certificates',
    },
    {
      name: 'RUSTFS_WEBDAV_MAX_BODY_SIZE',
      setting: 'webdav.maxBody',
      value: size(),
      default: '5 GiB',
      effect: 'Largest upload over WebDAV',
    },
    {
      name: 'RUSTFS_WEBDAV_REQUEST_TIMEOUT',
      setting: 'webdav.timeoutSeconds',
      value: seconds(1),
      default: '300',
      effect: 'Longest WebDAV request',
    },
    {
      name: 'RUSTFS_WEBDAV_MAX_CONNECTIONS',
      setting: 'webdav.maxConnections',
      value: integer(1),
      only: '1.0.1',
      default: '1024',
      effect: 'WebDAV connections at the same time',
    },
    {
      name: 'RUSTFS_SFTP_*',
      not: 'the image is built without the feature `sftp` and ignores them',
      effect: 'SFTP',
    },
  ],
};
