/**
 * Words of errors that are raised by their code alone (RustFS source s3s 0.17 error table). 1.0.0-beta.7 sends such
 * errors without a message.
 */
export const DEFAULT_MESSAGES: Readonly<Record<string, string>> = {
  AccessDenied: 'Access Denied',
  AuthorizationHeaderMalformed: 'The authorization header you provided is invalid.',
  AuthorizationQueryParametersError: 'The authorization query parameters that you provided are not valid.',
  BadDigest: 'The Content-MD5 you specified did not match what we received.',
  BucketAlreadyExists:
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
  BucketAlreadyOwnedByYou:
    'The bucket you tried to create already exists, and you own it. Amazon S3 returns this error in all AWS Regions except in the North Virginia Region. For legacy compatibility, if you re-create an existing bucket that you already own in the North Virginia Region, Amazon S3 returns 200 OK and resets the bucket access control lists (ACLs).',
  BucketNotEmpty: 'The bucket you tried to delete is not empty.',
  ConditionalRequestConflict:
    'A conflicting operation occurred. If using PutObject you can retry the request. If using multipart upload you should initiate another CreateMultipartUpload request and re-upload each part.',
  EntityTooLarge: 'Your proposed upload exceeds the maximum allowed object size.',
  EntityTooSmall: 'Your proposed upload is smaller than the minimum allowed object size.',
  ExpiredToken: 'The provided token has expired.',
  IncompleteBody: 'You did not provide the number of bytes specified by the Content-Length HTTP header',
  InternalError: 'We encountered an internal error. Please try again.',
  InvalidAccessKeyId: 'The AWS access key ID you provided does not exist in our records.',
  InvalidArgument: 'Invalid argument.',
  InvalidBucketName: 'The specified bucket is not valid.',
  InvalidBucketState: 'The request is not valid with the current state of the bucket.',
  InvalidDigest: 'The Content-MD5 you specified is not valid.',
  InvalidEncryptionAlgorithmError: 'The encryption request you specified is not valid. The valid value is AES256.',
  InvalidLocationConstraint:
    'The specified location constraint is not valid. For more information about Regions, see How to Select a Region for Your Buckets.',
  InvalidObjectState: 'The action is not valid for the current state of the object.',
  InvalidPart:
    "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
  InvalidPartOrder:
    'The list of parts was not in ascending order. Parts list must be specified in order by part number.',
  InvalidPolicyDocument: 'The content of the form does not meet the conditions specified in the policy document.',
  InvalidRange: 'The requested range cannot be satisfied.',
  InvalidRequest: 'Invalid request.',
  InvalidSecurity: 'The provided security credentials are not valid.',
  InvalidStorageClass: 'The storage class you specified is not valid.',
  InvalidTag:
    'Your request contains tag input that is not valid. For example, your request might contain duplicate keys, keys or values that are too long, or system tags.',
  InvalidToken: 'The provided token is malformed or otherwise invalid.',
  InvalidURI: "Couldn't parse the specified URI.",
  KeyTooLongError: 'Your key is too long.',
  MalformedACLError: 'The XML you provided was not well-formed or did not validate against our published schema.',
  MalformedPOSTRequest: 'The body of your POST request is not well-formed multipart/form-data.',
  MalformedPolicy: 'Your policy contains a principal that is not valid.',
  MalformedXML:
    'This happens when the user sends malformed XML (XML that doesn\'t conform to the published XSD) for the configuration. The error message is, "The XML you provided was not well-formed or did not validate against our published schema."',
  MaxMessageLengthExceeded: 'Your request was too big.',
  MetadataTooLarge: 'Your metadata headers exceed the maximum allowed metadata size.',
  MethodNotAllowed: 'The specified method is not allowed against this resource.',
  MissingContentLength: 'You must provide the Content-Length HTTP header.',
  MissingRequestBodyError:
    'This happens when the user sends an empty XML document as a request. The error message is, "Request body is empty."',
  MissingSecurityElement: 'The SOAP 1.1 request is missing a security element.',
  MissingSecurityHeader: 'Your request is missing a required header.',
  NoSuchBucket: 'The specified bucket does not exist.',
  NoSuchBucketPolicy: 'The specified bucket does not have a bucket policy.',
  NoSuchCORSConfiguration: 'The specified bucket does not have a CORS configuration.',
  NoSuchKey: 'The specified key does not exist.',
  NoSuchLifecycleConfiguration: 'The lifecycle configuration does not exist.',
  NoSuchObjectLockConfiguration: 'The specified object does not have an ObjectLock configuration.',
  NoSuchResource: "The specified resource doesn't exist.",
  NoSuchTagSet: 'The specified tag does not exist.',
  NoSuchUpload:
    'The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.',
  NoSuchVersion: 'Indicates that the version ID specified in the request does not match an existing version.',
  NoSuchWebsiteConfiguration: 'The specified bucket does not have a website configuration.',
  NotImplemented: 'A header you provided implies functionality that is not implemented.',
  NotModified: 'The resource was not changed.',
  ObjectLockConfigurationNotFoundError: 'The Object Lock configuration does not exist for this bucket.',
  OperationAborted: 'A conflicting conditional action is currently in progress against this resource. Try again.',
  OwnershipControlsNotFoundError: 'The bucket ownership controls were not found.',
  PreconditionFailed: 'At least one of the preconditions you specified did not hold.',
  ReplicationConfigurationNotFoundError: 'There is no replication configuration for this bucket.',
  RequestTimeTooSkewed: "The difference between the request time and the server's time is too large.",
  RequestTimeout: 'Your socket connection to the server was not read from or written to within the timeout period.',
  ServerSideEncryptionConfigurationNotFoundError: 'The server-side encryption configuration was not found.',
  ServiceUnavailable: 'Service is unable to handle request.',
  SignatureDoesNotMatch:
    'The request signature we calculated does not match the signature you provided. Check your AWS secret access key and signing method. For more information, see REST Authentication and SOAP Authentication for details.',
  SlowDown: 'Reduce your request rate.',
  TooManyBuckets:
    'You have attempted to create more buckets than are allowed for an account. For more information, see Amazon Simple Storage Service endpoints and quotas in the AWS General Reference.',
  UnauthorizedAccess: 'You are not authorized to perform this operation.',
  UnexpectedContent: 'This request does not support content.',
  UnsupportedSignature:
    'The provided request is signed with an unsupported STS Token version or the signature version is not supported.',
};
