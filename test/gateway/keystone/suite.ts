import { afterAll, beforeAll, describe } from 'vitest';
import { type KeystoneClient, keystoneClient } from './keystone-client.js';
import { KEYSTONE_MISSING, type RealKeystone, startKeystone } from './real-keystone.js';
import { serviceUser } from './world.js';

/** A real Keystone for the tests of a file. */
export interface KeystoneSuite {
  readonly url: string;
  readonly keystone: KeystoneClient;
  /** A new user with these roles in the project. */
  user(projectId: string, ...roles: string[]): Promise<string>;
  /** A token of such a user. */
  token(projectId: string, ...roles: string[]): Promise<string>;
}

/** Tests against a real Keystone; where there is none they are skipped, and it is said why. */
export function describeWithKeystone(title: string, tests: (suite: KeystoneSuite) => void): void {
  if (KEYSTONE_MISSING) console.info(`skipped: ${title}, because ${KEYSTONE_MISSING}`);
  describe.skipIf(KEYSTONE_MISSING)(title, () => {
    let server: RealKeystone | undefined;
    let client: KeystoneClient | undefined;
    let users = 0;
    const running = <T>(value: T | undefined): T => {
      if (value === undefined) throw new Error('Keystone does not run yet');
      return value;
    };
    const suite: KeystoneSuite = {
      get url() {
        return running(server).url;
      },
      get keystone() {
        return running(client);
      },
      async user(projectId, ...roles) {
        users += 1;
        const id = await suite.keystone.user(`user-${users}`);
        for (const role of roles) await suite.keystone.grant(id, projectId, role);
        return id;
      },
      token: async (projectId, ...roles) => suite.keystone.token(await suite.user(projectId, ...roles), projectId),
    };
    beforeAll(async () => {
      server = await startKeystone();
      client = await keystoneClient(server.url);
      await serviceUser(client);
    });
    afterAll(() => server?.close());
    tests(suite);
  });
}
