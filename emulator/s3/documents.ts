import type { EmulatorRequest } from '../context.js';
import { s3Error } from '../errors.js';
import { PayloadError } from '../http/payload-error.js';
import { decodeXml, MalformedXmlError, type XmlObject } from './bucket-config/xml-codec.js';
import type { DocumentShape, FieldShape, StructShape } from './bucket-config/xml-schema.js';

const LARGEST_DOCUMENT = 20 * 1024 * 1024;

const text: FieldShape = { type: 'string' };
const list = (fields: StructShape['fields'], required = true): FieldShape => ({
  type: { fields },
  list: 'flat',
  ...(required && { required: true as const }),
});

/** Shapes of the documents that requests about objects bring. */
export const REQUEST_DOCUMENTS = {
  deleteObjects: {
    roots: ['Delete'],
    unknown: 'skip',
    fields: {
      Object: list({
        ETag: text,
        Key: { type: 'string', required: true },
        LastModifiedTime: text,
        Size: text,
        VersionId: text,
      }),
      Quiet: { type: 'boolean' },
    },
  },
  completeUpload: {
    roots: ['CompleteMultipartUpload'],
    unknown: 'skip',
    fields: {
      Part: list(
        {
          ChecksumCRC32: text,
          ChecksumCRC32C: text,
          ChecksumCRC64NVME: text,
          ChecksumSHA1: text,
          ChecksumSHA256: text,
          ETag: text,
          PartNumber: { type: 'integer' },
        },
        false,
      ),
    },
  },
  retention: {
    roots: ['Retention'],
    unknown: 'skip',
    fields: { Mode: text, RetainUntilDate: { type: 'date' } },
  },
  legalHold: { roots: ['LegalHold'], unknown: 'skip', fields: { Status: text } },
  createBucket: {
    roots: ['CreateBucketConfiguration'],
    unknown: 'skip',
    fields: {
      Bucket: { type: { fields: {}, unknown: 'skip' } },
      LocationConstraint: text,
      Tags: { type: { fields: {}, unknown: 'skip' } },
    },
  },
} as const satisfies Readonly<Record<string, DocumentShape>>;

/**
 * Reads the XML document that a request brings.
 * @param emptyCode error for a request without body
 * @throws EmulatorError
 */
export async function readDocument(
  request: EmulatorRequest,
  shape: DocumentShape,
  emptyCode: 'MissingRequestBodyError' | 'MalformedXML' = 'MissingRequestBodyError',
): Promise<XmlObject> {
  const body = await readBody(request);
  if (body.length === 0) throw s3Error(emptyCode);
  return parseDocument(body, shape);
}

/** The same for a document that may be left out. */
export async function readOptionalDocument(
  request: EmulatorRequest,
  shape: DocumentShape,
): Promise<XmlObject | undefined> {
  const body = await readBody(request);
  return body.length === 0 ? undefined : parseDocument(body, shape);
}

async function readBody(request: EmulatorRequest): Promise<Buffer> {
  try {
    return await request.body(LARGEST_DOCUMENT);
  } catch (error) {
    throw error instanceof PayloadError ? s3Error('InternalError') : error;
  }
}

function parseDocument(body: Buffer, shape: DocumentShape): XmlObject {
  try {
    return decodeXml(body.toString('utf8'), shape);
  } catch (error) {
    throw error instanceof MalformedXmlError ? s3Error('MalformedXML') : error;
  }
}
