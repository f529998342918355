import type { Check, DoctorFinding } from './model.js';

interface Drive {
  readonly endpoint?: string;
  readonly path?: string;
  readonly state?: string;
  readonly healing?: boolean;
  readonly totalspace?: number;
  readonly availspace?: number;
}

interface StorageInfo {
  readonly disks?: readonly Drive[];
  /** 1.0.1 wraps its answer (recorded: 11-bulk storageinfo). */
  readonly info?: { readonly disks?: readonly Drive[] };
}

const GIB = 1024 ** 3;

/** Below 10 % free a warning, below 5 % an error. */
export function spaceFinding(where: string, free: number, total: number): DoctorFinding | undefined {
  const percent = (free / total) * 100;
  if (!(total > 0) || percent >= 10) return undefined;
  return {
    severity: percent < 5 ? 'error' : 'warning',
    what: `${where} is almost full: ${percent.toFixed(1)} % are free`,
    evidence: `${(free / GIB).toFixed(1)} GiB of ${(total / GIB).toFixed(1)} GiB`,
    fix: 'make the volume larger, add expiration rules (lifecycle), or set quotas: writes fail when it is full',
  };
}

export const storageChecks: readonly Check[] = [
  {
    title: 'drives',
    async run({ admin }) {
      const answer = await admin<StorageInfo>('/storageinfo');
      const drives = answer.info?.disks ?? answer.disks ?? [];
      return drives.flatMap(({ path, endpoint, state, healing, totalspace = 0, availspace = 0 }) => {
        const name = `drive ${path || endpoint || 'without a name'}`;
        if (state !== 'ok' && state !== 'online') {
          const fix = 'look at the volume and the server log; replace the drive, and RustFS heals it';
          return {
            severity: 'error' as const,
            what: `${name} is ${state ?? 'in no known state'}`,
            evidence: 'GET storageinfo',
            fix,
          };
        }
        if (healing) {
          const fix = 'wait, and lose no other drive meanwhile';
          return { severity: 'warning' as const, what: `${name} is being healed`, evidence: 'GET storageinfo', fix };
        }
        return spaceFinding(name, availspace, totalspace) ?? [];
      });
    },
  },
];
