/** A stand-in in a process of its own: `stand-in-process.ts IAM_CONFIG PORT DATA`. */
import { fleetStandInCommand } from '../../../cli/commands/fleet-stand-in.js';

const [iamConfig = '', port = '', data = ''] = process.argv.slice(2);
process.exitCode = await fleetStandInCommand({ iamConfig, port: Number(port), data });
