import { unwatchFile, watchFile } from 'node:fs';

/** How often files are looked at. Polling also sees the symbolic links that Kubernetes swaps, which inotify does not. */
const INTERVAL_MS = 1000;

/** Calls back after one of the files was changed, replaced or came into being. Returns what ends the watch. */
export function watchFiles(paths: readonly string[], changed: () => void): () => void {
  const listener = (now: { mtimeMs: number; ino: number; size: number }, before: typeof now) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) changed();
  };
  for (const path of paths) watchFile(path, { interval: INTERVAL_MS, persistent: false }, listener);
  return () => {
    for (const path of paths) unwatchFile(path, listener);
  };
}
