import { errorCode } from '../client/response.js';
import { diagnose } from '../oidc/doctor.js';
import { type Check, type DoctorFinding, NotChecked } from './model.js';

interface KmsStatus {
  readonly status: string | { readonly Error: string };
  readonly backend_type?: string | null;
  readonly healthy?: boolean | null;
}

/** Answers: recorded in 10-kms and 12-kms-first of both versions. */
const kms: Check = {
  title: 'KMS',
  async run({ admin, manifest }) {
    const { status, backend_type: backend, healthy } = await admin<KmsStatus>('/kms/service-status');
    const needed = manifest.buckets
      .filter(({ encryption }) => encryption?.algorithm === 'aws:kms')
      .map(({ name }) => name);
    const evidence = `GET kms/service-status: ${typeof status === 'string' ? status : status.Error}`;
    const unhappy = (what: string, fix: string): DoctorFinding[] => [{ severity: 'error', what, evidence, fix }];
    if (typeof status !== 'string')
      return unhappy('KMS has failed', 'configure it again, or bring its backend (Vault) back and start it');
    if (status === 'Running' && healthy === false)
      return unhappy(
        `KMS runs, but its backend ${backend} does not answer`,
        'bring the backend back: encrypted objects can be neither read nor written',
      );
    if (status === 'Configured')
      return unhappy('KMS is configured, but does not run', 'start it (POST /rustfs/admin/v3/kms/start)');
    if (status === 'NotConfigured' && manifest.kms && needed.length === 0)
      return unhappy('the manifest declares a KMS, but the server has none', 'run apply, which configures it');
    if (status === 'NotConfigured' && needed.length > 0)
      return unhappy(
        `${needed.join(', ')} is encrypted with KMS keys, but there is no KMS`,
        'configure KMS before anything is written there',
      );
    return [];
  },
};

interface Target {
  readonly account_id: string;
  readonly service: string;
  readonly status: string;
  readonly health_reason?: string;
}

function offline(kind: string, targets: readonly Target[]): readonly DoctorFinding[] {
  return targets
    .filter(({ status }) => status !== 'online')
    .map(({ account_id: id, service, status, health_reason: reason }) => ({
      severity: 'error',
      what: `${kind} target ${id} (${service}) is ${status}`,
      evidence: `GET target/list: ${reason ?? status}`,
      fix: 'start its receiver, and on 1.0.1 allow its origin in RUSTFS_OUTBOUND_ALLOW_ORIGINS if it is in a private network',
    }));
}

const targets: Check = {
  title: 'event targets',
  async run({ admin, manifest }) {
    const [{ notification_endpoints: events }, { audit_endpoints: audit }] = await Promise.all([
      admin<{ notification_endpoints: readonly Target[] }>('/target/list'),
      admin<{ audit_endpoints: readonly Target[] }>('/audit/target/list'),
    ]);
    const known = new Set(events.map(({ account_id: id, service }) => `${id}:${service}`));
    const missing = manifest.buckets.flatMap(({ name, notifications = [] }) =>
      notifications
        .filter(({ targetArn }) => !known.has(targetArn.split(':').slice(-2).join(':')))
        .map(
          ({ targetArn }): DoctorFinding => ({
            severity: 'error',
            what: `bucket ${name} sends events to ${targetArn}, which the server does not have`,
            evidence: `GET target/list: ${[...known].join(', ') || 'none'}`,
            fix: 'configure the target (RUSTFS_NOTIFY_ENABLE=true and its variables), restart RustFS, and run apply',
          }),
        ),
    );
    return [...offline('event', events), ...offline('audit', audit), ...missing];
  },
};

const oidc: Check = {
  title: 'OpenID providers',
  async run({ manifest, wire, rustfs }) {
    if (manifest.oidc === undefined) return [];
    await rustfs();
    const { checks } = await diagnose(manifest, { wire });
    return checks
      .filter(({ status }) => status !== 'ok')
      .map(({ provider, check, status, detail }) => ({
        severity: status === 'failed' ? ('error' as const) : ('warning' as const),
        what: `OpenID provider ${provider}: ${check}`,
        evidence: detail,
        fix: `"cdktf-rustfs oidc doctor --provider ${provider}" says more; a change at RustFS needs a restart`,
      }));
  },
};

/** Asks the server's own address and the endpoint for the same: what a proxy must not change is signed. */
const proxy: Check = {
  title: 'proxy',
  async run({ direct, listBuckets, ask, wire }) {
    if (direct === undefined) throw new NotChecked("the server's own address is not known: name it with --direct URL");
    const [through, past] = await Promise.all([listBuckets(), ask(direct)]);
    if (past.status !== 200) throw new NotChecked(`${direct} answers the same request with HTTP ${past.status}`);
    if (through.status === 200) return [];
    const code = errorCode(through);
    return [
      {
        severity: 'error',
        what: `what is between here and ${direct} breaks signed requests`,
        evidence: `signed GET /: HTTP 200 at ${direct}, ${`HTTP ${through.status} ${code}`.trim()} at ${wire.endpoint}`,
        fix: 'let the proxy pass on Host (with its port), path and query unchanged, add no x-amz- header, and strip no prefix ("cdktf-rustfs gateway --print-config nginx" shows a configuration that does)',
      },
    ];
  },
};

export const moduleChecks: readonly Check[] = [kms, targets, oidc, proxy];
