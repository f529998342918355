import { refusal } from '../client/response.js';
import { forEachConcurrently } from '../concurrency.js';
import { type Credentials, encodeKey, type Wire } from '../wire.js';
import { PROBE_PREFIX } from './probes.js';

const unescapeXml = (text: string) =>
  text.replace(
    /&(lt|gt|quot|apos|amp);/g,
    (_, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name] ?? '',
  );

/** Removes every version of every probe object from a bucket, whichever run left it. Signed as root. */
export async function removeProbeObjects(wire: Wire, root: Credentials, bucket: string): Promise<number> {
  const request = { method: 'GET', path: `/${bucket}`, query: { versions: '', prefix: PROBE_PREFIX } };
  const response = await wire.send(request, root);
  // A bucket that does not exist has nothing to clean; the probes report it.
  if (response.status === 404) return 0;
  if (response.status !== 200) throw refusal(request, response);
  const entries = [
    ...response.body.toString('utf8').matchAll(/<(?:Version|DeleteMarker)>(.*?)<\/(?:Version|DeleteMarker)>/gs),
  ];
  await forEachConcurrently(entries, 16, async ([, entry = '']) => {
    const key = unescapeXml(/<Key>([^<]*)<\/Key>/.exec(entry)?.[1] ?? '');
    const versionId = /<VersionId>([^<]*)<\/VersionId>/.exec(entry)?.[1];
    if (!key.startsWith(PROBE_PREFIX)) return;
    const removal = {
      method: 'DELETE',
      path: `/${bucket}/${encodeKey(key)}`,
      ...(versionId ? { query: { versionId } } : {}),
    };
    const removed = await wire.send(removal, root);
    if (removed.status !== 204 && removed.status !== 200 && removed.status !== 404) throw refusal(removal, removed);
  });
  return entries.length;
}
