import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the stack says its server has to be started with, if that runs elsewhere: `rustfs.env` beside the manifest. */
export function serverEnvironment(stackDir: string): Readonly<Record<string, string>> {
  const file = join(stackDir, 'rustfs.env');
  if (!existsSync(file)) return {};
  const lines = readFileSync(file, 'utf8').split('\n');
  const entries = lines.flatMap((line): [string, string][] => {
    const [, name, value] = /^([A-Z][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}

/** What it says is secret: by variable, from the files of the project that are there. */
export function serverSecrets(stackDir: string): Readonly<Record<string, string>> {
  const file = join(stackDir, 'rustfs.env');
  if (!existsSync(file)) return {};
  const named = readFileSync(file, 'utf8').matchAll(/^# ([A-Z][A-Za-z0-9_]*): what is in (.+)$/gm);
  return Object.fromEntries(
    [...named].flatMap(([, name = '', path = '']) =>
      existsSync(path) ? [[name, readFileSync(path, 'utf8').trim()] as const] : [],
    ),
  );
}
