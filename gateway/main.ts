import { parseArgs } from 'node:util';
import { GATEWAY_NAME } from './label.js';
import { runGateway } from './run.js';

/** Entry of the bundled file, the gateway without the rest of the toolkit. The bundler fills the version in. */
declare const GATEWAY_VERSION: string;

const USAGE = `usage: gateway.mjs --config FILE [--check | --print-config haproxy|nginx]
       gateway.mjs --new-api-key SCOPE[,SCOPE...]
       gateway.mjs --version
`;

try {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      check: { type: 'boolean' },
      'print-config': { type: 'string' },
      'new-api-key': { type: 'string' },
      version: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) process.stdout.write(USAGE);
  else if (values.version) console.log(`${GATEWAY_NAME} ${GATEWAY_VERSION}`);
  else {
    const { config, check, 'print-config': printConfig, 'new-api-key': newApiKey } = values;
    await runGateway({ config, check, printConfig, newApiKey }, GATEWAY_VERSION);
  }
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
