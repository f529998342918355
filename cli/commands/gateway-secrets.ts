import { makeGatewaySecrets, readGatewaySecrets } from '../../gateway/prepare/secrets.js';
import { EXIT } from '../exit-codes.js';

/** `gateway-secrets`: makes what a gateway needs before it starts; what exists stays. */
export function gatewaySecretsCommand({ from }: { readonly from: string }): number {
  const wanted = readGatewaySecrets(from);
  const made = makeGatewaySecrets(wanted);
  for (const path of made) console.log(`created ${path}`);
  if (made.length === 0) console.log(`kept what is in ${wanted.directory}`);
  return EXIT.ok;
}
