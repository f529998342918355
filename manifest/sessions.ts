import * as z from 'zod';

/** RustFS 1.0.1 keeps every session within these (source: sts.rs). */
export const SHORTEST_SESSION_SECONDS = 900;
export const LONGEST_SESSION_SECONDS = 43_200;
export const DEFAULT_SESSION_SECONDS = 3600;

const seconds = z.int().min(SHORTEST_SESSION_SECONDS).max(LONGEST_SESSION_SECONDS);

export const sessionsSchema = z
  .array(
    z.strictObject({
      user: z.string().min(1),
      seconds: seconds.optional().meta({ description: 'How long a session lasts. Absent: 3600.' }),
    }),
  )
  .optional()
  .meta({
    description:
      'Users whose applications get sessions (AssumeRole): apply enrols them, and the access proof signs in.',
  });

interface Declared {
  readonly users: readonly { readonly name: string; readonly enabled: boolean }[];
  readonly sessions?: z.infer<typeof sessionsSchema>;
}

export function sessionProblems({ users, sessions = [] }: Declared): string[] {
  return sessions.flatMap(({ user }, at) => {
    const found = users.find(({ name }) => name === user);
    if (found === undefined) return [`sessions refer to user ${user}, which the manifest does not declare`];
    if (!found.enabled) return [`sessions refer to user ${user}, which is switched off and so gets none`];
    return sessions.findIndex((other) => other.user === user) < at
      ? [`sessions of user ${user} are declared twice; declare them once`]
      : [];
  });
}
