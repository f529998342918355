import { type FleetManifest, parseFleetManifest } from '../seaweedfs/manifest/index.js';
import { readInputFile } from './input-file.js';

/** The fleet.json that a command was given. @throws {UsageError} @throws {FleetManifestError} */
export function readFleetManifest(file: string): FleetManifest {
  const text = readInputFile(file, { wayOut: 'cdktf synth writes it to cdktf.out/stacks/<stack>/fleet.json' });
  return parseFleetManifest(text, file);
}
