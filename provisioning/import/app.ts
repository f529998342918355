import type { Manifest, ManifestSecretStore } from '../../manifest/index.js';
import { Code, type Printable, printExpression, printString } from '../adopt/source.js';

function storeExpression(store: ManifestSecretStore): Code {
  const call = (method: string, argument?: Printable) =>
    new Code(`SecretStoreRef.${method}(${argument === undefined ? '' : printExpression(argument)})`);
  switch (store.type) {
    case 'directory':
      return call('directory', store.directory);
    case 'sops':
      return call('sops', { file: store.file });
    case 'dotenv':
      return call('dotenv', store.file);
    case 'environment':
      return call('environment');
  }
}

/** A CDKTF app with one stack, which calls the module `adopted.ts` beside it. */
export function printApp({ stack, server, secretStore }: Manifest, declaresSomething: boolean): string {
  const call = "const server = RustFs.external(stack, 'rustfs', ";
  const props = printExpression(
    {
      endpoint: server.endpoint,
      caFile: server.caFile,
      version: server.rustfsVersion,
      secretStore: storeExpression(secretStore),
    },
    0,
    call.length,
  );
  return `import { App, LocalBackend, TerraformStack } from 'cdktf';
import { RustFs, SecretStoreRef } from 'cdktf-rustfs';
${declaresSomething ? "import { adopt } from './adopted.js';\n" : ''}
const app = new App();
const stack = new TerraformStack(app, ${printString(stack)});
new LocalBackend(stack, { path: ${printString(`../../../terraform.${stack}.tfstate`)} });
${call}${props});
${declaresSomething ? 'adopt(stack, server);\n' : ''}app.synth();
`;
}
