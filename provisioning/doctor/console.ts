import { networkInterfaces } from 'node:os';
import { isLoopback } from '../../policies/index.js';
import { createWire } from '../wire.js';
import { hostOf } from './context.js';
import type { Check, DoctorContext, DoctorFinding } from './model.js';

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}

async function answers(protocol: string, address: string, port: number): Promise<boolean> {
  const host = address.includes(':') ? `[${address}]` : address;
  const wire = createWire({ endpoint: `${protocol}//${host}:${port}`, timeoutMs: 2_000 });
  try {
    const { body } = await wire.send({ method: 'GET', path: '/rustfs/console/health' }, 'anonymous', { retry: false });
    return body.includes('rustfs-console');
  } catch {
    return false;
  } finally {
    wire.close();
  }
}

async function exposed({ url, consolePort = 9001, addresses }: DoctorContext): Promise<readonly DoctorFinding[]> {
  const host = hostOf(url);
  const candidates = isLoopback(host) ? (addresses ?? ownAddresses()) : [host];
  const open = await Promise.all(
    candidates.map(async (address) => ((await answers(url.protocol, address, consolePort)) ? address : [])),
  );
  return open.flat().map((address) => ({
    severity: 'warning',
    what: `the console is open to others: ${address}:${consolePort}`,
    evidence: 'GET /rustfs/console/health: rustfs-console',
    fix: 'publish the console on 127.0.0.1 alone, or switch it off with RUSTFS_CONSOLE_ENABLE=false: whoever reaches it can try passwords, and its port serves S3 and the admin API too',
  }));
}

export const consoleChecks: readonly Check[] = [{ title: 'console', run: exposed }];
