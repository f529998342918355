import { withoutCredentials } from '../../manifest/index.js';
import type { RustFsVersion } from '../../policies/index.js';
import type { RustFsSettings } from '../rustfs-settings.js';
import type { ServerPart } from '../server-part.js';
import { Size } from '../size.js';
import type { SettingVariable, Value } from './model.js';
import { SETTINGS } from './table.js';

export interface RenderedSettings {
  readonly part: ServerPart;
  /** What is wrong with them; the part is not to be used then. */
  readonly problems: readonly string[];
}

/** What a value has to be, for messages and for the documentation. */
export function expected(value: Value): string {
  switch (value.kind) {
    case 'boolean':
      return 'true or false';
    case 'integer':
    case 'decimal': {
      const what = value.kind === 'decimal' ? 'a number' : `a whole number${value.unit ? ` of ${value.unit}` : ''}`;
      return value.max === undefined ? `${what}, at least ${value.min}` : `${what} from ${value.min} to ${value.max}`;
    }
    case 'size': {
      const { min, max } = value;
      if (max !== undefined) return `a Size from ${min ?? 1} to ${max} bytes`;
      return min === undefined ? 'a Size' : `a Size of at least ${min} bytes`;
    }
    case 'choice':
      return `one of ${value.of.join(', ')}`;
    case 'text':
      return value.expected;
    case 'list':
      return `a list of ${value.expected}`;
    case 'file':
    case 'privateFile':
    case 'secretFile':
      return 'the path of a file, relative to the project directory';
  }
}

const inRange = (number: number, { min = 1, max = Infinity }: { readonly min?: number; readonly max?: number }) =>
  number >= min && number <= max;

/** The value as RustFS reads it; undefined if it is not what it has to be. */
function rendered(value: Value, given: unknown): string | undefined {
  switch (value.kind) {
    case 'boolean':
      return typeof given === 'boolean' ? String(given) : undefined;
    case 'integer':
    case 'decimal':
      if (typeof given !== 'number' || !inRange(given, value)) return undefined;
      return value.kind === 'decimal' || Number.isSafeInteger(given) ? String(given) : undefined;
    case 'size':
      return given instanceof Size && inRange(given.toBytes(), value) ? String(given.toBytes()) : undefined;
    case 'choice':
      return typeof given === 'string' && value.of.includes(given) ? given : undefined;
    case 'text':
      return typeof given === 'string' && value.pattern.test(given) ? given : undefined;
    case 'list': {
      const matches = (item: unknown) => typeof item === 'string' && value.pattern.test(item);
      return Array.isArray(given) && given.length > 0 && given.every(matches) ? given.join(',') : undefined;
    }
    case 'file':
    case 'privateFile':
    case 'secretFile':
      return typeof given === 'string' && /^[\w.][\w./-]*$/.test(given) ? given : undefined;
  }
}

/** A list that names what is possible where something else was given. */
function unknownSetting(path: string): string {
  const [group = ''] = path.split('.');
  const known = [...SETTINGS.keys()];
  const ofGroup = known.filter((name) => name.startsWith(`${group}.`)).map((name) => name.slice(group.length + 1));
  const groups = [...new Set(known.map((name) => name.split('.')[0]))];
  return ofGroup.length > 0
    ? `settings.${path}: there is no such setting; settings.${group} has ${ofGroup.join(', ')}`
    : `settings.${path}: there is no such setting; settings has ${groups.join(', ')}`;
}

/** The value in a message, without what may be a secret: one that was written where its file belongs, or a password in a URL. */
function shown({ kind }: Value, given: unknown): string {
  if (kind === 'secretFile' || kind === 'privateFile') return '';
  const text = given instanceof Size ? `${given.toBytes()} bytes` : JSON.stringify(given);
  return ` (value: ${withoutCredentials(text)})`;
}

function problemOf(path: string, given: unknown, version: RustFsVersion, inCluster: boolean): string | undefined {
  const variable = SETTINGS.get(path);
  if (variable === undefined) return unknownSetting(path);
  const { name, only, otherwise = 'does not know it', clusterOnly } = variable;
  if (clusterOnly && !inCluster)
    return `settings.${path}: ${name} has an effect between nodes alone; leave it out, or declare a RustFsCluster`;
  if (only !== undefined && only !== version)
    return `settings.${path}: ${name} has no effect in RustFS ${version}, which ${otherwise}; leave it out, or take version ${only}`;
  if (rendered(variable.value, given) !== undefined) return undefined;
  return `settings.${path}${shown(variable.value, given)}: expected ${expected(variable.value)}`;
}

function partOf({ setting, name, value, switches }: SettingVariable, given: unknown): ServerPart {
  const text = rendered(value, given) ?? '';
  const path = `/etc/rustfs/settings/${setting}`;
  const copied = { what: `settings.${setting}`, projectPath: text, path };
  if (value.kind === 'file') return { environment: { [name]: path }, files: [copied] };
  if (value.kind === 'secretFile') return { secretVariables: [{ ...copied, variable: name }] };
  if (value.kind === 'privateFile') {
    const own = `/tmp/${setting}`;
    return { environment: { [name]: own }, files: [copied], prepare: [`(umask 077 && cp ${path} ${own})`] };
  }
  return { environment: { [name]: text, ...(switches ? { [switches]: 'true' } : {}) } };
}

/** All settings that have a value, by path. */
export function flatten(settings: RustFsSettings): readonly (readonly [string, unknown])[] {
  return Object.entries(settings)
    .flatMap(([group, values]) =>
      Object.entries(values ?? {}).map(([name, value]) => [`${group}.${name}`, value] as const),
    )
    .filter(([, value]) => value !== undefined);
}

/** The variables that settings stand for, of a single server unless it is a cluster. */
export function renderSettings(settings: RustFsSettings, version: RustFsVersion, inCluster = false): RenderedSettings {
  const given = flatten(settings);
  const problems = given.flatMap(([path, value]) => problemOf(path, value, version, inCluster) ?? []);
  const parts = given.flatMap(([path, value]) => {
    const variable = SETTINGS.get(path);
    return variable === undefined || problems.length > 0 ? [] : [partOf(variable, value)];
  });
  return {
    problems,
    part: {
      environment: Object.assign({}, ...parts.map(({ environment = {} }) => environment)),
      files: parts.flatMap(({ files = [] }) => files),
      secretVariables: parts.flatMap(({ secretVariables = [] }) => secretVariables),
      prepare: parts.flatMap(({ prepare = [] }) => prepare),
    },
  };
}
