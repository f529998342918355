/** Refused by this side because of the server's certificate: asking again would not help. */
const UNTRUSTED = new Set([
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const CERTIFICATE = new Set([...UNTRUSTED, 'CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID']);

/** The server ended the handshake: it wants a client certificate, or another one. */
const CLIENT_REFUSED =
  /^ERR_SSL_(TLSV13_ALERT_CERTIFICATE_REQUIRED|TLSV1_ALERT_UNKNOWN_CA|SSLV3_ALERT_(BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|HANDSHAKE_FAILURE))$/;

interface TransportError extends NodeJS.ErrnoException {
  /** Of ERR_TLS_CERT_ALTNAME_INVALID. */
  readonly cert?: { readonly subjectaltname?: string };
}

/** An answer in plain HTTP, read as TLS; Node.js 20 has one code for all protocol errors. */
const isPlainAnswer = ({ code, message }: Error & { readonly code?: string }) =>
  /^(EPROTO|ERR_SSL_)/.test(code ?? '') && /wrong version number|packet length too long/i.test(message);

/** Whether the same request could be answered if it was sent again. */
export function isTransient({ code = '' }: NodeJS.ErrnoException): boolean {
  // A refused connection is an answer: retrying would only delay the message about a wrong endpoint.
  return !/^(ECONNREFUSED|ENOTFOUND|EPROTO|ERR_SSL_)/.test(code) && !CERTIFICATE.has(code);
}

/** What may be wrong, and what to do. */
export function transportHint(error: TransportError, endpoint: string, timeoutMs: number): string {
  const { code = 'no code' } = error;
  if (isPlainAnswer(error)) return `${endpoint} does not speak TLS: is it http://${new URL(endpoint).host}?`;
  if (UNTRUSTED.has(code)) {
    return `the certificate of ${endpoint} is not from a trusted authority (${code}): name the right one with --ca-file or RUSTFS_CA_FILE, and look whether this is your server`;
  }
  if (CLIENT_REFUSED.test(code)) {
    return `${endpoint} refused the TLS handshake (${code}): it asks for a client certificate, or for another one; tls.clients of RustFs, or clientCertificate of RustFs.external, names it`;
  }
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${endpoint}: start RustFS, or name the right address with --endpoint or RUSTFS_ENDPOINT`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name of ${endpoint} cannot be resolved: check --endpoint or RUSTFS_ENDPOINT`;
    case 'ETIMEDOUT':
      return `${endpoint} did not answer within ${timeoutMs} ms: check the network and the server's load`;
    case 'CERT_HAS_EXPIRED':
      return `the certificate of ${endpoint}, or of its authority, has expired: renew it and restart the server (a self-signed one with "cdktf-rustfs tls-certificate")`;
    case 'CERT_NOT_YET_VALID':
      return `the certificate of ${endpoint} is not valid yet: compare the clocks of both machines`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of ${endpoint} is for other names (${error.cert?.subjectaltname ?? 'none'}): use one of them in the endpoint, or add this one to the certificate`;
    default: {
      const plain = endpoint.startsWith('http:') ? '; if the server has TLS, the endpoint has to begin with https' : '';
      return `the connection to ${endpoint} broke (${code})${plain}`;
    }
  }
}
