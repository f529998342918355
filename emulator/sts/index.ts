import { isAllowed, isNotDenied } from '../admin/authorize.js';
import { sessionPolicy } from '../admin/policy-documents.js';
import { type EmulatorContext, EmulatorError, type EmulatorRequest, type EmulatorResponse } from '../context.js';
import { s3Error } from '../errors.js';
import { createSession } from '../iam/sessions.js';
import { saveIam } from '../iam/storage.js';
import { element, XML_DECLARATION, type XmlFragment } from '../xml.js';
import { metadata, NAMESPACE, sessionSeconds } from './session.js';
import { assumeRoleWithWebIdentity } from './web-identity.js';

const VERSION = '2011-06-15';

/** Only users and root may take on a session, not another session or a service account (recorded: 09-sts session-calls-assume). */
async function assumeRole(
  context: EmulatorContext,
  request: EmulatorRequest,
  form: URLSearchParams,
): Promise<EmulatorResponse> {
  const { principal } = request;
  const { sts } = context.profile;
  if (principal.kind === 'anonymous') throw s3Error('InvalidRequest', 'get cred failed');
  if (
    principal.kind === 'session' ||
    principal.kind === 'service-account' ||
    principal.accessKey !== (principal.parentUser ?? principal.accessKey)
  ) {
    throw s3Error(sts.derivedCaller.code, sts.derivedCaller.message);
  }
  const caller = { context, request };
  if (!(sts.needsAllow ? isAllowed(caller, 'sts:AssumeRole') : isNotDenied(caller, 'sts:AssumeRole'))) {
    throw s3Error('AccessDenied', 'Access Denied');
  }
  const seconds = sessionSeconds(form, sts);
  const text = form.get('Policy') ?? '';
  const policy = text === '' ? undefined : sessionPolicy(text, context.profile);
  const { accessKey, session } = createSession(
    context.iam,
    context.root.secretKey,
    principal.accessKey,
    seconds,
    policy,
  );
  await saveIam(context);
  const credentials = element('Credentials', [
    element('AccessKeyId', accessKey),
    element('Expiration', session.expiration),
    element('SecretAccessKey', session.secretKey),
    element('SessionToken', session.sessionToken),
  ]);
  return answer(context, request, 'AssumeRoleResponse', [element('AssumeRoleResult', [credentials])]);
}

function answer(
  context: EmulatorContext,
  request: EmulatorRequest,
  root: string,
  content: readonly XmlFragment[],
): EmulatorResponse {
  const { awsShape } = context.profile.sts;
  const xml = [...content, metadata(context, request)].map((fragment) => fragment.xml).join('');
  return {
    status: 200,
    ...(awsShape ? { headers: { 'content-type': 'application/xml' } } : {}),
    body: `<${root} xmlns="${NAMESPACE}">${xml}</${root}>`,
  };
}

/** 1.0.1 wraps errors as AWS STS does (recorded: 09-sts). */
function refusal(context: EmulatorContext, { id }: EmulatorRequest, error: EmulatorError): EmulatorResponse {
  if (!context.profile.sts.awsShape) throw error;
  const details = [element('Type', 'Sender'), element('Code', error.code), element('Message', error.message)];
  const xml = [element('Error', details), element('RequestId', id)].map((fragment) => fragment.xml).join('');
  return {
    status: error.status,
    headers: { 'content-type': 'application/xml' },
    body: `${XML_DECLARATION}<ErrorResponse xmlns="${NAMESPACE}">${xml}</ErrorResponse>`,
  };
}

/** `POST /` with a form: AssumeRole and AssumeRoleWithWebIdentity. */
export async function handleSts(context: EmulatorContext, request: EmulatorRequest): Promise<EmulatorResponse> {
  try {
    const form = new URLSearchParams((await request.body()).toString('utf8'));
    if (form.get('Version') !== VERSION) throw s3Error('InvalidArgument', 'unsupported Version');
    switch (form.get('Action')) {
      case 'AssumeRole':
        return await assumeRole(context, request, form);
      case 'AssumeRoleWithWebIdentity':
        return await assumeRoleWithWebIdentity(context, request, form);
      default:
        throw s3Error('InvalidArgument', 'unsupported Action');
    }
  } catch (error) {
    if (error instanceof EmulatorError) return refusal(context, request, error);
    throw error;
  }
}
