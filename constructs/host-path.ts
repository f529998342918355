import { posix } from 'node:path';

/** Given to uid 10001 and written to, so nothing that a host needs for itself. */
const SYSTEM = new Set(
  [
    '/',
    '/bin',
    '/boot',
    '/etc',
    '/home',
    '/lib',
    '/lib64',
    '/media',
    '/mnt',
    '/opt',
    '/root',
    '/run',
    '/sbin',
    '/srv',
  ].concat(['/tmp', '/usr', '/usr/local', '/var', '/var/lib', '/var/lib/docker', '/var/tmp']),
);

/** What is wrong with a path of the Docker host that is mounted into a container; undefined if nothing is. */
export function hostPathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return `${path} is not absolute`;
  if (/[{}]/.test(path)) return `${path} has a range: write each path out`;
  if (!/^[\w./@+-]+$/.test(path))
    return `${path} has a character that RustFS or Docker would take for something else: expected letters, digits and _./@+-`;
  if (posix.normalize(path) !== path || (path.length > 1 && path.endsWith('/')))
    return `${path} is not in its shortest form: ${posix.normalize(path).replace(/(?<=.)\/$/, '')}`;
  if (/^\/(proc|sys|dev)(\/|$)/.test(path)) return `${path} is no place for files`;
  return SYSTEM.has(path) ? `${path} belongs to the system: take a directory of its own below it` : undefined;
}
