/**
 * The endpoint of a server without the slash at its end. `undefined` unless it is an http or https URL of a host alone: S3 signatures
 * break behind a path, and credentials in it would be written wherever the endpoint is.
 */
export function hostUrl(endpoint: string): string | undefined {
  return URL.canParse(endpoint) && /^https?:\/\/[^/?#@]+\/?$/.test(endpoint) ? endpoint.replace(/\/$/, '') : undefined;
}

/** For messages: a URL that somebody typed, without the user name and password that it should not have. */
export const withoutCredentials = (text: string): string => text.replace(/\/\/.*@/g, '//…@');
