import type { ManifestEventTarget } from '../../manifest/index.js';

/** A webhook at a receiver, set through the API, with its token in a file. */
export function webhookTarget(
  origin: string,
  tokenFile: string,
  change: Partial<ManifestEventTarget> = {},
): ManifestEventTarget {
  return {
    purpose: 'notify',
    type: 'webhook',
    id: 'hook',
    managedBy: 'api',
    settings: { endpoint: `${origin}/webhook`, queue_dir: '' },
    secrets: { auth_token: { type: 'file', file: tokenFile } },
    ...change,
  };
}
