/**
 * Form of a request that tells whether a gateway has its IAM configuration: with a junk token 403, and 405 if the
 * configuration was refused (reference: "Telling a healthy gateway from a broken one"). `/healthz` is 200 in every state.
 */
export const JUNK_TOKEN_FORM =
  'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn:aws:iam::role/probe&RoleSessionName=probe&WebIdentityToken=junk';

/** Shell command for a container's healthcheck: fails while the gateway is open or without its IAM configuration. */
export function closedHealthcheck(port: number): string {
  const code = (options: string) =>
    `"$(curl -s -m 3 -o /dev/null -w '%{http_code}' ${options}http://127.0.0.1:${port}/)" = 403`;
  return `[ ${code('')} ] && [ ${code(`-d '${JUNK_TOKEN_FORM}' `)} ]`;
}
