export { argumentProblems, gatewayArguments, IAM_CONFIG_PATH } from './arguments.js';
export { importIamConfig } from './import.js';
export * from './model.js';
export { renderIamConfig } from './render.js';
export {
  iamTemplate,
  identitySecret,
  roleArn,
  sha256,
  signingKeySecret,
  stableJson,
  trustActions,
} from './template.js';
export { validateIamConfig } from './validate.js';
