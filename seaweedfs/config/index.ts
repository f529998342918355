export { argumentProblems, type GatewayArguments, gatewayArguments } from './arguments.js';
export { goDurationSeconds } from './duration.js';
export { type ImportedConfig, importIamConfig } from './import.js';
export * from './model.js';
export { placeholders, renderIamConfig, secretFingerprint } from './render.js';
export { generateSigningKey, SIGNING_KEY_BYTES, signingKeyProblem } from './signing-key.js';
export {
  ACCOUNT,
  iamTemplate,
  identitySecret,
  roleArn,
  sha256,
  signingKeySecret,
  stableJson,
  trustActions,
} from './template.js';
export { type ValidateOptions, validateIamConfig } from './validate.js';
