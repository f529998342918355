import { Construct } from 'constructs';
import { LONGEST_SESSION_SECONDS, SHORTEST_SESSION_SECONDS } from '../manifest/index.js';
import { evaluate } from '../policies/index.js';
import { policiesOfUser } from '../proofs/index.js';
import type { IRustFs } from './server.js';
import type { ServiceUser } from './service-user.js';

export interface UserSessionsProps {
  readonly server: IRustFs;
  readonly user: ServiceUser;
  /** How long a session lasts, in seconds: 900 to 43200. @default 3600 */
  readonly seconds?: number;
}

/**
 * Managed credentials of an application: sessions by AssumeRole in the place of an access key. `apply` enrols the user: it gets a
 * secret of its own, which is kept beside the secret store and read only by what hands sessions out (`cdktf-rustfs credentials
 * process` and `credentials serve`). The access proof signs in as the user.
 *
 * @throws Error for a length that RustFS would not keep
 */
export class UserSessions extends Construct {
  constructor(scope: Construct, id: string, { server, user, seconds }: UserSessionsProps) {
    super(scope, id);
    if (
      seconds !== undefined &&
      !(Number.isInteger(seconds) && seconds >= SHORTEST_SESSION_SECONDS && seconds <= LONGEST_SESSION_SECONDS)
    )
      throw new Error(
        `invalid length of sessions of user ${user.userName} (value: ${seconds}): expected ${SHORTEST_SESSION_SECONDS} to ${LONGEST_SESSION_SECONDS} seconds`,
      );
    const registry = server._registry;
    registry.add('sessions of user', user.userName, this.node.path, () => ({
      user: user.userName,
      ...(seconds === undefined ? {} : { seconds }),
    }));
    this.node.addValidation({
      validate: () => {
        if (registry.rustfsVersion === '1.0.1') return []; // asks only that nothing denies it
        const policies = policiesOfUser(registry.toManifest(), user.userName);
        const principal = { kind: 'user', accessKey: user.userName, policies } as const;
        const { allowed } = evaluate(principal, { action: 'sts:AssumeRole' }, { version: registry.rustfsVersion });
        if (allowed) return [];
        return [
          `user ${user.userName} would get no session: RustFS ${registry.rustfsVersion} asks for sts:AssumeRole among its policies; add a policy that allows it`,
        ];
      },
    });
  }
}
