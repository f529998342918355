import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { hostOf, portOf, tryPort } from './context.js';
import type { Check, DoctorFinding } from './model.js';

const dns: Check = {
  title: 'host name',
  async run({ url }) {
    const host = hostOf(url);
    if (isIP(host)) return [];
    try {
      await lookup(host);
      return [];
    } catch (error) {
      return [
        {
          severity: 'error',
          what: `the host name ${host} cannot be resolved`,
          evidence: `${(error as NodeJS.ErrnoException).code}`,
          fix: 'correct the endpoint (--endpoint, RUSTFS_ENDPOINT, or the endpoint of the server construct), or give the name an address in DNS',
        },
      ];
    }
  },
};

function unreachable(address: string, code: string | undefined): DoctorFinding {
  const refused = code === 'ECONNREFUSED';
  return {
    severity: 'error',
    what: refused ? `nothing listens at ${address}` : `${address} cannot be reached`,
    evidence: `connecting failed with ${code ?? 'an unknown error'}`,
    fix: refused
      ? 'start RustFS (docker ps -a shows whether its container has ended), or name the right address with --endpoint'
      : 'look at the network and at firewalls between here and the server',
  };
}

const port: Check = {
  title: 'port',
  async run({ url }) {
    const host = hostOf(url);
    try {
      await tryPort(host, portOf(url));
      return [];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The check of the host name says so.
      if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return [];
      return [unreachable(`${host}:${portOf(url)}`, code)];
    }
  },
};

export const reachChecks: readonly Check[] = [dns, port];
