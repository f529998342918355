/** Content of an element: text (escaped), elements already rendered, or nothing. */
export type XmlContent = string | number | boolean | XmlFragment | readonly XmlFragment[] | undefined;

/** Rendered XML. */
export interface XmlFragment {
  readonly xml: string;
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Escapes text for element content, the five predefined entities as RustFS writes them. */
export function escapeXml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character) : text;
}

/** An element; nothing if its content is `undefined`. */
export function element(name: string, content: XmlContent): XmlFragment {
  if (content === undefined) return { xml: '' };
  return { xml: `<${name}>${render(content)}</${name}>` };
}

/** An `ETag` element; RustFS does not escape its quotes. */
export function etagElement(etag: string): XmlFragment {
  return { xml: `<ETag>"${etag}"</ETag>` };
}

/** A document with declaration, in the S3 namespace unless told otherwise. */
export function xmlDocument(
  root: string,
  content: readonly XmlFragment[],
  namespace: string | null = S3_NAMESPACE,
): string {
  const attribute = namespace === null ? '' : ` xmlns="${namespace}"`;
  return `${XML_DECLARATION}<${root}${attribute}>${render(content)}</${root}>`;
}

function render(content: Exclude<XmlContent, undefined>): string {
  if (typeof content === 'string') return escapeXml(content);
  if (typeof content !== 'object') return String(content);
  return Array.isArray(content)
    ? (content as readonly XmlFragment[]).map(({ xml }) => xml).join('')
    : (content as XmlFragment).xml;
}
