import { refusal } from '../client/response.js';
import { RustFsError } from '../errors.js';
import type { Session } from '../session.js';
import { sweep } from '../verify/cleanup.js';
import type { WireResponse } from '../wire.js';

/** Bucket that encryption is tried out in. There is nothing else in it, and it is removed afterwards. */
export const PROBE_BUCKET = 'cdktf-rustfs-kms-probe';

/** So often something is tried that another run can thwart. */
const TRIES = 5;

/** What came of a probe, and whether its object or bucket was gone before its end. */
export interface Attempt<Result> {
  readonly result: Result;
  readonly gone: boolean;
}

/** Each run removes what any run left, so two at a time can take away each other's objects: then the probe is made again. */
export async function undisturbed<Result>(attempt: () => Promise<Attempt<Result>>): Promise<Result> {
  let made = await attempt();
  for (let tries = 1; made.gone && tries < TRIES; tries++) made = await attempt();
  return made.result;
}

/** Removes a bucket of probes, whatever an interrupted run left in it. */
export async function removeProbeBucket(session: Pick<Session, 'wire' | 'root'>, bucket = PROBE_BUCKET): Promise<void> {
  const request = { method: 'DELETE', path: `/${bucket}` };
  const response = await undisturbed(async (): Promise<Attempt<WireResponse | undefined>> => {
    const left = await sweep(session, bucket, '', true).then(
      () => true,
      (error: Error) => {
        if (error instanceof RustFsError && error.status === 404) return false;
        throw error;
      },
    );
    if (!left) return { result: undefined, gone: false };
    const result = await session.wire.send(request, session.root);
    // Not empty: another run has written to it since.
    return { result, gone: result.status === 409 };
  });
  if (response === undefined || response.status === 204 || response.status === 404) return;
  throw refusal(request, response);
}
