import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { escapeXml } from '../../xml.js';
import type { DocumentShape, FieldShape, Scalar, StructShape } from './xml-schema.js';

export type XmlValue = string | number | boolean | XmlObject | readonly XmlValue[];
export interface XmlObject {
  readonly [element: string]: XmlValue;
}

/** The document is not well-formed or not of the shape that RustFS reads. */
export class MalformedXmlError extends Error {
  constructor() {
    super('the XML is not well-formed or not of the expected shape');
    this.name = 'MalformedXmlError';
  }
}

/** One node of fast-xml-parser's order-preserving output: an element, or text under `#text`. */
type Node = Readonly<Record<string, readonly Node[] | string>>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/** Reads a bucket configuration document the way RustFS' deserializer does. @throws MalformedXmlError */
export function decodeXml(text: string, shape: DocumentShape): XmlObject {
  if (XMLValidator.validate(text) !== true) throw new MalformedXmlError();
  const root = elements(parser.parse(text) as readonly Node[]);
  const first = root[0];
  if (root.length !== 1 || first === undefined || !shape.roots.includes(first.name)) throw new MalformedXmlError();
  return readStruct(first.children, shape);
}

function elements(nodes: readonly Node[]): { name: string; children: readonly Node[] }[] {
  return nodes.flatMap((node) =>
    Object.entries(node).flatMap(([name, children]) => (typeof children === 'string' ? [] : [{ name, children }])),
  );
}

function readStruct(nodes: readonly Node[], shape: StructShape): XmlObject {
  const found = new Map<string, XmlValue[]>();
  for (const { name, children } of elements(nodes)) {
    const field = shape.fields[name];
    if (field === undefined) {
      if (shape.unknown === 'skip') continue;
      throw new MalformedXmlError();
    }
    const earlier = found.get(name);
    if (earlier !== undefined && field.list !== 'flat') throw new MalformedXmlError();
    found.set(name, [...(earlier ?? []), readField(children, field)]);
  }
  const value: Record<string, XmlValue> = {};
  for (const [name, field] of Object.entries(shape.fields)) {
    const values = found.get(name);
    if (values === undefined) {
      if (field.required) throw new MalformedXmlError();
    } else {
      value[name] = field.list === 'flat' ? values : (values[0] as XmlValue);
    }
  }
  return value;
}

function readField(nodes: readonly Node[], field: FieldShape): XmlValue {
  if (field.list === undefined || field.list === 'flat') return readValue(nodes, field.type);
  const member = field.list.wrapped;
  return elements(nodes)
    .filter(({ name }) => name === member)
    .map(({ children }) => readValue(children, field.type));
}

function readValue(nodes: readonly Node[], type: Scalar | StructShape): XmlValue {
  if (typeof type !== 'string') return readStruct(nodes, type);
  if (type === 'empty') return {};
  if (elements(nodes).length > 0) throw new MalformedXmlError();
  const text = nodes.map((node) => String(node['#text'] ?? '')).join('');
  switch (type) {
    case 'string':
      return text;
    case 'integer': {
      // Like the server's atoi: leading digits count, what follows is ignored.
      const digits = /^[+-]?\d+/.exec(text);
      if (digits === null) throw new MalformedXmlError();
      return Number(digits[0]);
    }
    case 'boolean':
      if (text === 'true' || text === 'TRUE') return true;
      if (text === 'false' || text === 'FALSE') return false;
      throw new MalformedXmlError();
    case 'date': {
      const time = Date.parse(text);
      if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(time)) throw new MalformedXmlError();
      return new Date(time).toISOString();
    }
  }
}

/** Writes a configuration document without XML declaration, elements in the server's order. */
export function encodeXml(value: XmlObject, shape: DocumentShape, namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `<${shape.roots[0]}${attribute}>${writeStruct(value, shape)}</${shape.roots[0]}>`;
}

function writeStruct(value: XmlObject, shape: StructShape): string {
  return Object.entries(shape.fields)
    .flatMap(([name, field]) => {
      const content = value[name];
      if (content === undefined) return [];
      if (field.list === 'flat') return list(content).map((item) => writeElement(name, item, field.type));
      if (field.list === undefined) return [writeElement(name, content, field.type)];
      const member = field.list.wrapped;
      return [
        `<${name}>${list(content)
          .map((item) => writeElement(member, item, field.type))
          .join('')}</${name}>`,
      ];
    })
    .join('');
}

function list(value: XmlValue): readonly XmlValue[] {
  return Array.isArray(value) ? value : [value];
}

function writeElement(name: string, value: XmlValue, type: Scalar | StructShape): string {
  const content =
    type === 'empty' ? '' : typeof type === 'string' ? escapeXml(String(value)) : writeStruct(value as XmlObject, type);
  return `<${name}>${content}</${name}>`;
}
