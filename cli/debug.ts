import type { WireEvent } from '../provisioning/index.js';
import { errorColors as pc } from './render/color.js';

/** Set to 1, it does what `--debug` does. */
export const DEBUG_VARIABLE = 'CDKTF_RUSTFS_DEBUG';

/** With `--debug`, prints every request on stderr as a curl command to repeat it with; credentials are not in it. */
export function debugRequests(debug = process.env[DEBUG_VARIABLE] === '1') {
  if (!debug) return {};
  const onRequest = ({ status, ms, attempt, command }: WireEvent) => {
    const answer = status === 0 ? 'no answer' : String(status);
    const again = attempt > 1 ? `, attempt ${attempt}` : '';
    process.stderr.write(`${pc.dim(`debug: ${answer} in ${Math.round(ms)} ms${again}:`)} ${command}\n`);
  };
  return { onRequest };
}
