import { type GatewayCommand, runGateway } from '../../gateway/run.js';
import { EXIT } from '../exit-codes.js';

/** Runs the reference gateway until SIGINT or SIGTERM. */
export async function gatewayCommand(options: GatewayCommand, version: string): Promise<number> {
  await runGateway(options, version);
  return EXIT.ok;
}
