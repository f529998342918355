import { runningServer, type ServerProcess, startServerProcess } from './server-process.js';

export async function isProvider(issuer: string): Promise<boolean> {
  try {
    const response = await fetch(`${issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(2000) });
    return response.headers.has('x-emulated-by');
  } catch {
    return false;
  }
}

/** Starts the development OpenID provider as a process of its own, or reuses the one that is already running in `directory`. */
export async function startProviderProcess(directory: string, port: number): Promise<ServerProcess> {
  return (
    (await runningServer(directory, isProvider)) ??
    startServerProcess({
      directory,
      name: 'oidc-provider',
      args: ['oidc', 'development-provider', '--port', String(port)],
      failure: `the development OpenID provider did not start on port ${port}`,
    })
  );
}
