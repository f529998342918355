import { refusal } from '../client/response.js';
import type { Session } from '../session.js';
import { sweep } from '../verify/cleanup.js';

/** Bucket that encryption is tried out in. There is nothing else in it, and it is removed afterwards. */
export const PROBE_BUCKET = 'cdktf-rustfs-kms-probe';

/** Removes a bucket of probes, whatever an interrupted run left in it. */
export async function removeProbeBucket(session: Pick<Session, 'wire' | 'root'>, bucket = PROBE_BUCKET): Promise<void> {
  await sweep(session, bucket, '', true);
  const request = { method: 'DELETE', path: `/${bucket}` };
  const response = await session.wire.send(request, session.root);
  if (response.status !== 204 && response.status !== 404) throw refusal(request, response);
}
