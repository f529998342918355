/** Query parameters whose values say nothing secret. Everything else is masked: what is not known may be a token. */
const OPEN = new Set(
  `acl attributes cors delete delimiter encoding-type encryption events fetch-owner key-marker legal-hold lifecycle list-type
  location logging marker max-keys max-parts max-uploads notification object-lock part-number-marker partnumber policy policystatus
  prefix publicaccessblock replication restore retention select select-type start-after suffix tagging torrent uploadid uploads
  upload-id-marker version-id-marker versionid versioning versions website x-id x-amz-algorithm x-amz-credential x-amz-date
  x-amz-expires x-amz-signedheaders x-amz-content-sha256`.split(/\s+/),
);

const MASK = '***';

/** Longest piece of a request that is logged. */
const LONGEST = 1024;

/** A request target without what could be used by who reads the log. */
export function maskTarget(path: string, query: string | undefined): string {
  const shown = query?.split('&').map(maskParameter).join('&');
  return maskTokens(clip(shown === undefined ? path : `${path}?${shown}`));
}

/** Text of a client's making without API keys and bearer tokens. */
export function maskTokens(text: string): string {
  return text
    .replace(/alk_[A-Za-z0-9]{4}[A-Za-z0-9_-]*/g, `alk_${MASK}`)
    .replace(/\b(bearer|basic) +\S+/gi, `$1 ${MASK}`);
}

export function clip(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function maskParameter(parameter: string): string {
  const equals = parameter.indexOf('=');
  if (equals < 0) return OPEN.has(parameter.toLowerCase()) || parameter === '' ? parameter : MASK;
  const name = parameter.slice(0, equals);
  return OPEN.has(name.toLowerCase()) ? parameter : `${name}=${MASK}`;
}
