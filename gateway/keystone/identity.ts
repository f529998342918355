import { z } from 'zod';

/** Who a token or a signature stands for, and in which project. */
export interface KeystoneIdentity {
  readonly userId: string;
  readonly projectId: string;
  readonly roles: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const tokenBody = z.object({
  token: z.object({
    user: z.object({ id: z.string().min(1) }),
    project: z.object({ id: z.string().min(1) }).optional(),
    roles: z.array(z.object({ name: z.string() })).default([]),
    expires_at: z.iso.datetime({ offset: true }),
  }),
});

/** Keystone's answer was understood, but is for no project: unscoped, or scoped to a domain or the system. */
export const NO_PROJECT = Symbol('token without project');

/** @returns `undefined` if this is no token of the Identity API v3 */
export function readIdentity(body: unknown): KeystoneIdentity | typeof NO_PROJECT | undefined {
  const parsed = tokenBody.safeParse(body);
  if (!parsed.success) return undefined;
  const { user, project, roles, expires_at } = parsed.data.token;
  if (project === undefined) return NO_PROJECT;
  return {
    userId: user.id,
    projectId: project.id,
    roles: roles.map((role) => role.name),
    expiresAt: Date.parse(expires_at),
  };
}
