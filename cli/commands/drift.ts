import { adopt, drift, driftMetrics, renderDrift, type Session } from '../../provisioning/index.js';
import { type ConnectionOptions, connect, describeServer } from '../connection.js';
import { EXIT } from '../exit-codes.js';
import { unixTime, writeTextfile } from '../textfile.js';
import { planColors } from './plan.js';

export interface DriftCommandOptions extends ConnectionOptions {
  /** In days. */
  readonly maxKeyAge?: number;
  readonly adopt?: boolean;
  readonly textfile?: string;
}

/** Prints a TypeScript module for what is unmanaged, and what it leaves out on stderr. */
async function printAdoption(session: Session, json: boolean): Promise<number> {
  const { source, adopted, leftOut } = await adopt(session);
  if (json) console.log(JSON.stringify({ source, adopted, leftOut, requests: session.wire.requests() }));
  else process.stdout.write(source);
  console.error(`${adopted.length} objects declared, ${leftOut.length} left out`);
  return adopted.length + leftOut.length > 0 ? EXIT.changes : EXIT.ok;
}

/** `drift`: 0 when the server holds what is declared and nothing else, 2 when it does not. */
export async function driftCommand({ maxKeyAge, textfile, ...options }: DriftCommandOptions): Promise<number> {
  const session = await connect(options);
  try {
    if (options.adopt) return await printAdoption(session, options.json === true);
    const report = await drift(session, maxKeyAge === undefined ? {} : { maxKeyAgeDays: maxKeyAge });
    if (textfile !== undefined) await writeTextfile(textfile, driftMetrics(session.manifest.stack, report, unixTime()));
    const requests = session.wire.requests();
    if (options.json) console.log(JSON.stringify({ ...report, requests }));
    else console.log(`${describeServer(session)}\n${renderDrift(report, planColors)}\n${requests} requests`);
    return report.findings.length > 0 ? EXIT.changes : EXIT.ok;
  } finally {
    session.close();
  }
}
