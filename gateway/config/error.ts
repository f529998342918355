/** A configuration that the gateway refuses: the message names the file, the setting, what it holds and what was expected. */
export class GatewayConfigError extends Error {
  override readonly name = 'GatewayConfigError';
}
