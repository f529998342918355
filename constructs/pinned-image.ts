/**
 * @param example shown in the message
 * @throws Error for an image without tag or digest, and for `latest`
 */
export function checkPinnedImage(image: string, example: string): void {
  if (/^[^\s:@]+(:\d+)?[^\s:]*(:[\w.-]+|@sha256:[0-9a-f]{64})$/.test(image) && !image.endsWith(':latest')) return;
  throw new Error(`invalid image (value: ${image}): expected a pinned tag or digest, such as ${example}`);
}
