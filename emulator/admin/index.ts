import type { EmulatorContext, EmulatorRequest, EmulatorResponse } from '../context.js';
import { notImplemented, s3Error } from '../errors.js';
import { saveIam } from '../iam/storage.js';
import type { AdminHandler } from './call.js';
import { PUBLIC_ROUTES, ROUTES } from './routes.js';
import { setSecretKey } from './users.js';

const PREFIX = '/rustfs/admin/v3';

interface Match {
  readonly handler: AdminHandler;
  readonly params: Readonly<Record<string, string>>;
}

/** The route of a path, with the values of its `{name}` segments. */
function match(method: string, rawPath: string): Match | undefined {
  const segments = rawPath.slice(PREFIX.length).split('/');
  const exact = ROUTES[`${method} ${segments.join('/')}`];
  if (exact) return { handler: exact, params: {} };
  for (const [route, handler] of Object.entries(ROUTES)) {
    const [routeMethod, pattern = ''] = route.split(' ');
    const parts = pattern.split('/');
    if (routeMethod !== method || parts.length !== segments.length || !pattern.includes('{')) continue;
    const values = parts.map((part, index) => [part, segments[index] ?? ''] as const);
    if (!values.every(([part, value]) => part.startsWith('{') || part === value)) continue;
    const named = values.filter(([part]) => part.startsWith('{'));
    return {
      handler,
      params: Object.fromEntries(named.map(([part, value]) => [part.slice(1, -1), decodeURIComponent(value)])),
    };
  }
  return undefined;
}

/**
 * Answers the admin API v3 with plain JSON. `/minio/admin` would need madmin's encryption and is not modelled: 501, as is
 * every route that the emulator does not know.
 */
export async function handleAdmin(context: EmulatorContext, request: EmulatorRequest): Promise<EmulatorResponse> {
  const found = request.rawPath.startsWith(`${PREFIX}/`) ? match(request.method, request.rawPath) : undefined;
  if (found && PUBLIC_ROUTES.has(found.handler))
    return found.handler({ context, request, params: found.params, body: Buffer.alloc(0) });
  if (request.principal.kind === 'anonymous') throw s3Error('AccessDenied', 'Signature is required');
  if (!found && context.profile.admin.upgradeRequiredV4 && request.rawPath.startsWith('/rustfs/admin/v4/'))
    return { status: 426 };
  if (!found || (found.handler === setSecretKey && !context.profile.admin.setUserSecretKey)) throw notImplemented();
  const body = await request.body();
  const response = await found.handler({ context, request, params: found.params, body });
  await saveIam(context);
  return response;
}
