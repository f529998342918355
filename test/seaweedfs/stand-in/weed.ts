/** A real `weed`, where one is on PATH or named by the variable WEED. */
import type { StartInput } from '../../../seaweedfs/stand-in/index.js';

export const WEED: string | undefined = undefined;

export async function startOnWeed(
  _binary: string,
  _input: StartInput,
): Promise<{ readonly endpoint: string; close(): Promise<void> }> {
  throw new Error('not yet');
}
