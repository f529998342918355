import { importIamConfig } from '../../seaweedfs/config/index.js';
import { EXIT } from '../exit-codes.js';
import { readInputFile } from '../input-file.js';

export interface FleetImportOptions {
  readonly development?: boolean;
  readonly json?: boolean;
}

/** `fleet import`: an existing iam.config as a construct on stdout; its problems, and where its secrets go, on stderr. */
export function fleetImportCommand(file: string, { development = false, json }: FleetImportOptions): number {
  const imported = importIamConfig(readInputFile(file), { development });
  const errors = imported.findings.filter(({ severity }) => severity === 'error');
  if (json) console.log(JSON.stringify(imported, null, 2));
  else {
    for (const { severity, message, source } of imported.findings) {
      console.error(`${severity === 'error' ? '✖' : '!'} ${message} – ${source}`);
    }
    for (const { entry, from } of imported.secrets) {
      console.error(
        `→ put the secret of ${from} into entry ${entry} of the secret store, or leave it out to have a new one made`,
      );
    }
    if (imported.typescript !== '') console.log(imported.typescript);
    if (errors.length > 0)
      console.error(`${errors.length} problems: the construct refuses this until they are corrected`);
  }
  return errors.length > 0 ? EXIT.error : EXIT.ok;
}
