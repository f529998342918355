// Writes what is generated from the table of environment variables: the documentation, and the types of the settings.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SettingVariable, Value, Variable } from '../constructs/environment/model.js';
import { expected } from '../constructs/environment/render.js';
import { SECTIONS, SETTINGS } from '../constructs/environment/table.js';

const SETTINGS_FILE = 'constructs/rustfs-settings.ts';
const DOCS_FILE = 'docs/environment-variables.md';

const INTRODUCTION = `# Environment variables of RustFS

Every variable that the \`RustFs\` and \`RustFsCluster\` constructs know, generated from the table that they read themselves (\`constructs/environment/table/\`,
\`npm run docs:environment\`). *Set by* is the path of a setting (\`settings.…\`), another prop of \`RustFs\`, or what it follows from.
A setting without effect in the version of the server is an error at synthesis, and so is a value that is not among *Values*.
*Clusters alone*: it has an effect between nodes, so \`RustFs\` refuses it and \`RustFsCluster\` takes it.
\`[_<ID>]\` stands for the id of an instance, \`{A,B}\` for either word, \`*\` for the rest of a family; a row of its own goes before one of a family.

Sources name files of RustFS' repository. A text search of the sources of 1.0.1 and 1.0.0-beta.7 found 974 names outside of tests
(\`test/constructs/environment/data/names.txt\`), and each has a row; *not offered* says why one has no setting. What the rows say was read in the source of each version, and a part of it
tried on 1.0.1; nothing was run on 1.0.0-beta.7. Variables that are not here go into \`extraEnvironment\`, which refuses known names and what looks like a secret.
`;

const cell = (text: string) => text.replaceAll('|', '\\|');

function setBy(variable: Variable): string {
  if ('setting' in variable)
    return `\`settings.${variable.setting}\`${variable.clusterOnly ? ' (clusters alone)' : ''}`;
  if ('prop' in variable)
    return variable.prop
      .split(', ')
      .map((prop) => `\`${prop}\``)
      .join(', ');
  return 'derived' in variable ? `follows from ${variable.derived}` : `not offered: ${variable.not}`;
}

function versions({ only, otherwise }: Variable): string {
  if (only === undefined) return 'both';
  const other = only === '1.0.1' ? '1.0.0-beta.7' : '1.0.1';
  return otherwise === undefined ? only : `${only}; ${other} ${otherwise}`;
}

function defaults({ default: ours, betaDefault }: Variable): string {
  const now = ours ?? '';
  return betaDefault === undefined ? now : `${now}; 1.0.0-beta.7: ${betaDefault}`;
}

const told = ({ effect, needs }: Variable) => (needs === undefined ? effect : `${effect}. Only with settings.${needs}`);

function row(variable: Variable, source: string): string {
  const values = 'setting' in variable ? expected(variable.value) : '';
  const name = `\`${variable.name}\`${variable.secret ? ' (secret)' : ''}`;
  const cells = [name, setBy(variable), versions(variable), defaults(variable), values, told(variable)];
  return `| ${[...cells, variable.source ?? source].map(cell).join(' | ')} |`;
}

export function renderDocs(): string {
  const sections = SECTIONS.map(({ title, source, variables }) =>
    [
      `## ${title}`,
      '',
      '| variable | set by | versions | default | values | effect | source |',
      '|---|---|---|---|---|---|---|',
      ...variables.map((variable) => row(variable, source)),
    ].join('\n'),
  );
  return `${[INTRODUCTION.trimEnd(), ...sections].join('\n\n')}\n`;
}

function typeOf(value: Value): string {
  switch (value.kind) {
    case 'boolean':
      return 'boolean';
    case 'integer':
    case 'decimal':
      return 'number';
    case 'size':
      return 'Size';
    case 'choice':
      return value.of.map((word) => `'${word}'`).join(' | ');
    case 'list':
      return 'readonly string[]';
    default:
      return 'string';
  }
}

function property([path, variable]: readonly [string, SettingVariable]): string {
  const { name, value, only, clusterOnly } = variable;
  const expects = value.kind === 'boolean' || value.kind === 'choice' ? '' : ` Expects ${expected(value)}.`;
  const version = `${only === undefined ? '' : ` Only in ${only}.`}${clusterOnly ? ' Clusters alone.' : ''}`;
  const line = `  readonly ${path.split('.')[1]}?: ${typeOf(value)};`;
  return [
    `  /** ${told(variable)}.${expects}${version} (${name}) @default - ${defaults(variable) || 'unset'} */`,
    line.length > 120 ? line.replaceAll(' | ', '\n    | ').replace(': ', ':\n    | ') : line,
  ].join('\n');
}

const interfaceName = (group: string) => `${group[0]?.toUpperCase()}${group.slice(1)}Settings`;

export function renderTypes(): string {
  const groups = [...new Set([...SETTINGS.keys()].map((path) => path.split('.')[0] ?? ''))];
  const interfaces = groups.map((group) => {
    const settings = [...SETTINGS].filter(([path]) => path.startsWith(`${group}.`));
    return `interface ${interfaceName(group)} {\n${settings.map(property).join('\n')}\n}`;
  });
  const all = groups.map((group) => `  readonly ${group}?: ${interfaceName(group)};`).join('\n');
  return [
    '// Generated by `npm run docs:environment` from constructs/environment/table: do not edit.',
    "import type { Size } from './size.js';",
    '',
    `${interfaces.join('\n\n')}\n`,
    '/** Settings of RustFS, one for each environment variable: docs/environment-variables.md. */',
    `export interface RustFsSettings {\n${all}\n}`,
    '',
  ].join('\n');
}

export const GENERATED: readonly (readonly [string, () => string])[] = [
  [SETTINGS_FILE, renderTypes],
  [DOCS_FILE, renderDocs],
];

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  for (const [file, render] of GENERATED) writeFileSync(join(root, file), render());
}
