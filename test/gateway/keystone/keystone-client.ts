import { ADMIN_PASSWORD } from './real-keystone.js';

/** An operator's and a user's calls to a real Keystone. */
export interface KeystoneClient {
  readonly url: string;
  project(name: string): Promise<string>;
  user(name: string): Promise<string>;
  /** Creates the role if it is not there. */
  grant(userId: string, projectId: string, role: string): Promise<void>;
  withdraw(userId: string, projectId: string, role: string): Promise<void>;
  /** A token of a user, who is named by id. @param projectId without it the token is unscoped */
  token(userId: string, projectId?: string): Promise<string>;
  adminToken(): Promise<string>;
  revoke(token: string): Promise<void>;
  applicationCredential(
    userId: string,
    token: string,
    roles?: readonly string[],
  ): Promise<{ id: string; secret: string }>;
  applicationCredentialToken(credential: { id: string; secret: string }): Promise<string>;
  ec2(userId: string, projectId: string, token: string): Promise<{ access: string; secret: string }>;
}

export const USER_PASSWORD = 'keystone-user-password';

interface Entity {
  readonly id: string;
}

export async function keystoneClient(url: string): Promise<KeystoneClient> {
  async function call(method: string, path: string, token: string | undefined, body?: unknown): Promise<Response> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token !== undefined && { 'x-auth-token': token }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
  const authenticate = async (auth: object) => {
    const answer = await call('POST', '/auth/tokens', undefined, { auth });
    await answer.text();
    return answer.headers.get('x-subject-token') ?? '';
  };
  const password = (user: object, scope?: object) =>
    authenticate({ identity: { methods: ['password'], password: { user } }, ...(scope && { scope }) });
  const domain = { id: 'default' };
  const adminToken = () =>
    password({ name: 'admin', domain, password: ADMIN_PASSWORD }, { project: { name: 'admin', domain } });
  const admin = await adminToken();
  const create = async (path: string, kind: string, entity: object) => {
    const answer = await call('POST', path, admin, { [kind]: entity });
    return ((await answer.json()) as Record<string, Entity>)[kind]?.id ?? '';
  };
  const roleId = async (name: string): Promise<string> => {
    const answer = await call('GET', `/roles?name=${name}`, admin);
    const { roles } = (await answer.json()) as { roles: Entity[] };
    return roles[0]?.id ?? create('/roles', 'role', { name });
  };
  const assignment = async (method: string, user: string, project: string, role: string) => {
    await call(method, `/projects/${project}/users/${user}/roles/${await roleId(role)}`, admin);
  };
  return {
    url,
    adminToken,
    project: (name) => create('/projects', 'project', { name, domain_id: 'default' }),
    user: (name) => create('/users', 'user', { name, domain_id: 'default', password: USER_PASSWORD }),
    grant: (user, project, role) => assignment('PUT', user, project, role),
    withdraw: (user, project, role) => assignment('DELETE', user, project, role),
    token: (id, project) =>
      password({ id, password: USER_PASSWORD }, project === undefined ? undefined : { project: { id: project } }),
    async revoke(token) {
      const answer = await fetch(`${url}/auth/tokens`, {
        method: 'DELETE',
        headers: { 'x-auth-token': admin, 'x-subject-token': token },
      });
      if (answer.status !== 204) throw new Error(`token not revoked: ${answer.status}`);
    },
    async applicationCredential(user, token, roles) {
      const entity = { name: `credential-${Date.now()}`, ...(roles && { roles: roles.map((name) => ({ name })) }) };
      const answer = await call('POST', `/users/${user}/application_credentials`, token, {
        application_credential: entity,
      });
      return ((await answer.json()) as { application_credential: { id: string; secret: string } })
        .application_credential;
    },
    applicationCredentialToken: (credential) =>
      authenticate({ identity: { methods: ['application_credential'], application_credential: credential } }),
    async ec2(user, project, token) {
      const answer = await call('POST', `/users/${user}/credentials/OS-EC2`, token, { tenant_id: project });
      return ((await answer.json()) as { credential: { access: string; secret: string } }).credential;
    },
  };
}
