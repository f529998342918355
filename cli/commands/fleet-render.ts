import { renderFleetFiles } from '../../seaweedfs/deploy/index.js';
import { EXIT } from '../exit-codes.js';
import { readFleetManifest } from '../fleet-manifest.js';

/** `fleet render`: writes what the fleet's containers mount, and makes secrets that do not exist yet. */
export async function fleetRenderCommand({ manifest: manifestFile }: { readonly manifest: string }): Promise<number> {
  const manifest = readFleetManifest(manifestFile);
  const { created, fingerprint } = await renderFleetFiles({ manifest, manifestFile });
  for (const entry of created) console.log(`created secret ${entry} in ${manifest.secretsDir}`);
  console.log(
    `wrote ${manifest.configFile} (fingerprint ${fingerprint.slice(0, 12)}) and ${manifest.balancer.configFile}`,
  );
  return EXIT.ok;
}
