import { isIP } from 'node:net';
import { checkServerIdentity, connect, type PeerCertificate } from 'node:tls';
import { hostOf, portOf } from './context.js';
import { type Check, type DoctorContext, type DoctorFinding, NotChecked } from './model.js';

const DAY_MS = 86_400_000;
const WARN_DAYS = 14;
const HANDSHAKE_MS = 4_000;

interface Handshake {
  readonly certificate: PeerCertificate;
  /** Why the chain is not trusted; undefined if it is. */
  readonly untrusted: string | undefined;
}

/** Looks at the certificate, whatever is wrong with it: nothing is sent. Rejects if the port does not speak TLS. */
function handshake({ url, wire }: DoctorContext): Promise<Handshake> {
  const host = hostOf(url);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: portOf(url),
      rejectUnauthorized: false,
      ...(isIP(host) ? {} : { servername: host }),
      ...wire.tls,
    });
    socket.setTimeout(HANDSHAKE_MS, () => socket.destroy(new Error('no TLS handshake')));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const { authorizationError } = socket;
      const reason =
        authorizationError && ((authorizationError as NodeJS.ErrnoException).code ?? `${authorizationError}`);
      resolve({ certificate: socket.getPeerCertificate(), untrusted: reason || undefined });
      socket.destroy();
    });
  });
}

const RENEW =
  'renew the certificate and put rustfs_cert.pem and rustfs_key.pem into the TLS directory; RustFS reads them again within 30 s with RUSTFS_TLS_RELOAD_ENABLE=true, else restart it';

function expiry(certificate: PeerCertificate, now: number): DoctorFinding | undefined {
  const [from, to] = [Date.parse(certificate.valid_from), Date.parse(certificate.valid_to)];
  const evidence = `valid from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
  const days = Math.floor((to - now) / DAY_MS);
  if (to <= now) return { severity: 'error', what: 'the TLS certificate has expired', evidence, fix: RENEW };
  if (from > now) {
    const fix = 'set the clock of this machine, or make the certificate again';
    return { severity: 'error', what: 'the TLS certificate is not valid yet', evidence, fix };
  }
  if (days >= WARN_DAYS) return undefined;
  return { severity: 'warning', what: `the TLS certificate expires in ${days} days`, evidence, fix: RENEW };
}

function nameProblem(host: string, certificate: PeerCertificate): DoctorFinding | undefined {
  if (checkServerIdentity(host, certificate) === undefined) return undefined;
  return {
    severity: 'error',
    what: `the TLS certificate is not for ${host}`,
    evidence: `it names ${certificate.subjectaltname ?? certificate.subject.CN ?? 'nobody'}`,
    fix: `make the certificate for ${isIP(host) ? `IP:${host}` : `DNS:${host}`}, or reach the server by a name that it has`,
  };
}

/** Reasons that the other findings name. */
const SAID_ELSEWHERE = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID']);

function trustProblem(untrusted: string | undefined, hasCa: boolean): DoctorFinding | undefined {
  if (untrusted === undefined || SAID_ELSEWHERE.has(untrusted)) return undefined;
  return {
    severity: 'error',
    what: 'the TLS certificate is signed by nobody who is trusted here',
    evidence: untrusted,
    fix: hasCa
      ? 'give --ca-file the certificate of the authority that signed it, with the intermediate ones'
      : 'name the certificate of its authority with --ca-file or RUSTFS_CA_FILE, or in the stack (tls of RustFs, caFile of RustFs.external)',
  };
}

async function checkCertificate(context: DoctorContext): Promise<readonly DoctorFinding[]> {
  const answer = await handshake(context).catch((error: NodeJS.ErrnoException) => error);
  if (answer instanceof Error) {
    return [
      {
        severity: 'error',
        what: 'the endpoint says https, but the port does not speak TLS',
        evidence: (answer as NodeJS.ErrnoException).code ?? answer.message,
        fix: `use http://${context.url.host}, or give RustFS a certificate (RUSTFS_TLS_PATH)`,
      },
    ];
  }
  const { certificate, untrusted } = answer;
  return [
    expiry(certificate, Date.now()),
    nameProblem(hostOf(context.url), certificate),
    trustProblem(untrusted, context.wire.tls.ca !== undefined),
  ].filter((finding) => finding !== undefined);
}

async function checkPlain(context: DoctorContext): Promise<readonly DoctorFinding[]> {
  const plain = await context.health().then(
    () => true,
    () => false,
  );
  if (plain) return [];
  const speaksTls = await handshake(context).then(
    () => true,
    () => false,
  );
  if (!speaksTls) throw new NotChecked(`${context.wire.endpoint} speaks neither HTTP nor TLS`);
  return [
    {
      severity: 'error',
      what: 'the endpoint says http, but the port speaks TLS',
      evidence: 'a TLS handshake succeeds, HTTP gets no answer',
      fix: `use https://${context.url.host} (--endpoint, RUSTFS_ENDPOINT, or the endpoint of the server construct)`,
    },
  ];
}

export const tlsChecks: readonly Check[] = [
  {
    title: 'TLS',
    async run(context) {
      await context.reached();
      return context.url.protocol === 'https:' ? checkCertificate(context) : checkPlain(context);
    },
  },
];
