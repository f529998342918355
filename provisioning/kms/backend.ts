import type { ManifestKms } from '../../manifest/index.js';

type Backend = ManifestKms['backend'];

/** What `service-status` shows of a backend that is configured as declared. */
export function expectedSummary(backend: Backend): Readonly<Record<string, unknown>> {
  if (backend.type === 'local') return { backend_type: 'local', key_dir: backend.keyDirectory };
  return {
    backend_type: backend.type,
    address: backend.address,
    namespace: backend.namespace ?? null,
    ...(backend.type === 'vault-transit'
      ? { mount_path: backend.mount }
      : { kv_mount: backend.kvMount, key_path_prefix: backend.keyPrefix }),
    auth_method_type: backend.auth.method,
  };
}

/** Fields that say where the keys are: with another value, RustFS looks for them elsewhere and finds none. */
export const PLACE_FIELDS: ReadonlySet<string> = new Set([
  'backend_type',
  'key_dir',
  'namespace',
  'mount_path',
  'kv_mount',
  'key_path_prefix',
]);

/** Body of `configure`, but for the default key (reference: KMS configure body). */
export function configurationOf(backend: Backend, secret: string | undefined): Readonly<Record<string, unknown>> {
  if (backend.type === 'local') {
    return {
      backend_type: 'Local',
      key_dir: backend.keyDirectory,
      ...(secret !== undefined && { master_key: secret }),
    };
  }
  const { auth, namespace, caCertificatePath, insecureReason } = backend;
  return {
    backend_type: backend.type === 'vault-transit' ? 'VaultTransit' : 'VaultKV2',
    address: backend.address,
    auth_method:
      auth.method === 'token'
        ? { Token: { token: secret ?? '' } }
        : { AppRole: { role_id: auth.roleId, secret_id: secret ?? '' } },
    ...(namespace !== undefined && { namespace }),
    ...(backend.type === 'vault-transit'
      ? { mount_path: backend.mount }
      : { kv_mount: backend.kvMount, key_path_prefix: backend.keyPrefix }),
    ...(caCertificatePath !== undefined && { ca_cert_path: caCertificatePath }),
    // beta.7 does not know the field, and ignores it.
    ...(insecureReason !== undefined && { allow_insecure_dev_defaults: true }),
  };
}
