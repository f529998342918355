import { EXIT } from './exit-codes.js';
import { errorColors } from './render/color.js';

/** Errors of ours carry a complete message; anything else is a defect and shows its stack. */
const EXPECTED = new Set([
  'UsageError',
  'ManifestError',
  'RustFsError',
  'SecretStoreError',
  'ProvisioningError',
  'GatewayConfigError',
]);

/** Prints a failure on stderr (with `--json` as a JSON document) and returns the exit code. */
export function reportFailure(error: unknown, json: boolean): number {
  const failure = error instanceof Error ? error : new Error(String(error));
  const expected = EXPECTED.has(failure.name);
  if (json) {
    process.stderr.write(`${JSON.stringify({ type: 'error', error: failure.name, message: failure.message })}\n`);
  } else {
    const [first = '', ...rest] = failure.message.split('\n');
    const text = [`${errorColors.red('error:')} ${first}`, ...rest].join('\n');
    process.stderr.write(`${text}\n${expected ? '' : `${failure.stack ?? ''}\n`}`);
  }
  return EXIT.error;
}
