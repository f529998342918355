import type { Socket } from 'node:net';
import { plainAddress } from '../http/client-address.js';
import { subscriber } from './rate-limiter.js';

/** Open connections, counted by address. */
export interface ConnectionLimiter {
  readonly open: number;
  /** Counts a connection until it closes, or closes it at once. @returns whether it may stay */
  admit(socket: Socket): boolean;
  /** Ends every connection, in the middle of whatever it does. */
  destroyAll(): void;
}

/** @param isExempt proxies in front, which bring many clients over few addresses */
export function connectionLimiter(
  maxPerAddress: () => number,
  isExempt: (address: string) => boolean,
  refused: () => void,
): ConnectionLimiter {
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  return {
    get open() {
      return sockets.size;
    },
    admit(socket) {
      const address = plainAddress(socket.remoteAddress ?? '');
      const key = subscriber(address);
      const count = counts.get(key) ?? 0;
      if (count >= maxPerAddress() && !isExempt(address)) {
        refused();
        socket.destroy();
        return false;
      }
      counts.set(key, count + 1);
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        const left = (counts.get(key) ?? 1) - 1;
        if (left > 0) counts.set(key, left);
        else counts.delete(key);
      });
      return true;
    },
    destroyAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
