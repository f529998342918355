import { readSecretFile } from '../config/load.js';
import type { GatewayCore } from '../core.js';
import type { S3AccessKey } from '../upstream/resign.js';
import { upstreamSessions } from '../upstream/sessions.js';
import type { KeystoneConfig } from './config.js';
import { sessionPolicy } from './roles.js';

/** What decides the rights of a session; whoever has the same, shares one. */
export interface SessionScope {
  readonly bucketPrefix: string;
  readonly actions: readonly string[];
}

/** Short-lived RustFS credentials, one for each project and set of actions. They never leave the gateway. */
export interface ProjectSessions {
  /** @throws Refusal 502 */
  credential(scope: SessionScope): Promise<S3AccessKey>;
  /** Drops a credential that RustFS no longer knows. */
  forget(scope: SessionScope): void;
}

export function projectSessions(core: Pick<GatewayCore, 'pool' | 'log'>, config: KeystoneConfig): ProjectSessions {
  const { credential, region, session_secs: seconds } = config;
  const held = upstreamSessions(core, { feature: 'keystone', region });
  const keyOf = ({ bucketPrefix, actions }: SessionScope) => `${bucketPrefix} ${actions.join(',')}`;
  const user = (): S3AccessKey => ({
    accessKey: readSecretFile(credential.access_key_file, 'keystone.credential.access_key_file'),
    secretKey: readSecretFile(credential.secret_key_file, 'keystone.credential.secret_key_file'),
  });
  user(); // a missing file shall stop the start, not the first request
  return {
    credential: (scope) =>
      held.session({ key: keyOf(scope), user, seconds, policy: sessionPolicy(scope.actions, scope.bucketPrefix) }),
    forget: (scope) => held.forget(keyOf(scope)),
  };
}
