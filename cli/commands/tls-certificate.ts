import { isIP } from 'node:net';
import { writeSelfSignedFiles } from '../../provisioning/index.js';
import { EXIT, UsageError } from '../exit-codes.js';

/** `tls-certificate`: authority and certificate for development; existing ones stay while they are of use. */
export async function tlsCertificateCommand(options: {
  readonly dir: string;
  readonly names: readonly string[];
}): Promise<number> {
  const { dir: directory, names } = options;
  const bad = names.find((name) => isIP(name) === 0 && !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name));
  if (bad !== undefined)
    throw new UsageError(
      `invalid name in --names (value: ${bad}): expected host names and addresses, separated by commas`,
    );
  const { made, certificateFile, caFile, validTo } = await writeSelfSignedFiles({ directory, names });
  const until = validTo.toISOString().slice(0, 10);
  console.log(
    `${made ?? 'kept'} ${certificateFile} for ${names.join(', ')}, until ${until}; clients trust it by ${caFile}`,
  );
  if (made === 'renewed') console.log('the running server still has the old one: replace its container, or restart it');
  return EXIT.ok;
}
