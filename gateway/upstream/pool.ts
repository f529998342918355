import { readFileSync } from 'node:fs';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { StaticConfig } from '../config/static.js';

/** Connections to RustFS. */
export interface UpstreamPool {
  readonly origin: URL;
  /** Sends the head; headers go out as given, in their order. */
  open(method: string, target: string, headers: string[]): ClientRequest;
  close(): void;
}

/** A connection that could not be made in time. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout';
}

export function upstreamPool(config: StaticConfig['s3']): UpstreamPool {
  const origin = new URL(config.upstream);
  const secure = origin.protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({
        keepAlive: true,
        ...(config.upstream_ca_file !== undefined && { ca: readFileSync(config.upstream_ca_file) }),
      })
    : new HttpAgent({ keepAlive: true });
  closeIdleFirst(agent, config.pool_idle_secs * 1000);
  const send = secure ? httpsRequest : httpRequest;
  return {
    origin,
    open(method, target, headers) {
      const options: RequestOptions = {
        host: origin.hostname.replace(/^\[|\]$/g, ''),
        port: origin.port || (secure ? 443 : 80),
        method,
        path: target,
        headers,
        setHost: false,
        agent,
      };
      const outgoing = send(options);
      limitConnecting(outgoing, secure, config.connect_timeout_secs * 1000);
      return outgoing;
    },
    close: () => agent.destroy(),
  };
}

/** The side that closes an idle connection never loses a request on it; so the gateway closes before RustFS would. */
function closeIdleFirst(agent: HttpAgent, idleMs: number): void {
  const { keepSocketAlive, reuseSocket } = agent;
  agent.keepSocketAlive = (socket) => {
    const kept = keepSocketAlive.call(agent, socket) as unknown;
    (socket as Socket).setTimeout(idleMs); // the agent destroys idle sockets when this fires
    return kept;
  };
  agent.reuseSocket = (socket, request) => {
    reuseSocket.call(agent, socket, request);
    (socket as Socket).setTimeout(0);
  };
}

function limitConnecting(outgoing: ClientRequest, secure: boolean, timeoutMs: number): void {
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => outgoing.destroy(new ConnectTimeout('no connection in time')), timeoutMs);
    const done = () => clearTimeout(timer);
    socket.once(secure ? 'secureConnect' : 'connect', done).once('close', done);
  });
}
