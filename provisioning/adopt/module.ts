import type { Exception } from './exceptions.js';
import { Code, codesIn, type Printable, printComment, printExpression, printString } from './source.js';

/** Constructs, in the order of declaration: what refers to others comes after them. */
export const CONSTRUCTS = {
  policy: { name: 'Policy', nameProp: 'policyName' },
  user: { name: 'ServiceUser', nameProp: 'userName' },
  group: { name: 'Group', nameProp: 'groupName' },
  'access-key': { name: 'AccessKey', nameProp: 'keyName' },
  bucket: { name: 'Bucket', nameProp: 'bucketName' },
} as const;
export type ConstructKind = keyof typeof CONSTRUCTS;

/** One construct of the module. */
export interface Declaration {
  readonly kind: ConstructKind;
  /** As declared: for an access key the name in the secret store. */
  readonly name: string;
  readonly props: Readonly<Record<string, Printable>>;
  /** Other constructs refer to it by this name. */
  readonly variable: string;
  readonly comment?: string;
}

/** What is not declared, and why. */
export interface LeftOut {
  readonly kind: string;
  readonly name: string;
  readonly reason: string;
}

export interface AdoptedModule {
  /** Where the objects were found, such as `on RustFS 1.0.1 at http://127.0.0.1:9000`. */
  readonly origin: string;
  readonly declarations: readonly Declaration[];
  /** Exceptions that declared users need for what the module gives them. */
  readonly exceptions: ReadonlyMap<string, readonly Exception[]>;
  /** Declared users, some of which the constructs may refer to. */
  readonly declaredUsers: readonly string[];
  /** Settings to add to the props of buckets that are declared already. */
  readonly settings: readonly { readonly bucket: string; readonly props: Readonly<Record<string, Printable>> }[];
  readonly leftOut: readonly LeftOut[];
}

/** Variables of the module that no object may get. */
export const TAKEN = [
  ...Object.values(CONSTRUCTS).map(({ name }) => name),
  ...['BucketEncryption', 'Duration', 'Size', 'Construct', 'adopt', 'adopted', 'scope', 'server', 'declared'],
];

export function declaredUserExpression(name: string): Code {
  return new Code(`declared.users[${printString(name)}]`);
}

function printDeclaration(
  { kind, name, props, variable, comment }: Declaration,
  mentioned: ReadonlySet<string>,
): string {
  const { name: construct, nameProp } = CONSTRUCTS[kind];
  const assigned = mentioned.has(variable) ? `const ${variable} = ` : '';
  const call = `  ${assigned}new ${construct}(adopted, ${printString(`${kind}-${name}`)}, `;
  const all = printExpression({ server: new Code('server'), [nameProp]: name, ...props }, 1, call.length);
  return `${comment ? `${printComment(comment, '  ')}\n` : ''}${call}${all});`;
}

function printSettings({ bucket, props }: AdoptedModule['settings'][number]): readonly string[] {
  const lines = Object.entries(props).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${printExpression(value)},`.split('\n'),
  );
  return [
    printComment(`Bucket ${bucket} is declared already. Add to its props:`),
    ...lines.map((line) => `//   ${line}`),
  ];
}

function printExceptions([name, exceptions]: readonly [string, readonly Exception[]]): readonly string[] {
  return exceptions.map(({ bucket, reason }) => {
    const call = `  ${declaredUserExpression(name).text}.addException(`;
    return `${call}${printExpression({ bucket, reason }, 1, call.length)});`;
  });
}

/** A module with the function `adopt`, which a stack calls with itself and the server. */
export function printModule({
  origin,
  declarations,
  exceptions,
  declaredUsers,
  settings,
  leftOut,
}: AdoptedModule): string {
  const excepted = [...exceptions.keys()].map((name) => declaredUserExpression(name).text);
  const mentioned = new Set([...declarations.flatMap(({ props }) => codesIn(props)), ...excepted]);
  const calls = (name: string) => [...mentioned].some((code) => code.startsWith(`${name}.`));
  const constructs = Object.entries(CONSTRUCTS).flatMap(([kind, { name }]) =>
    declarations.some((declaration) => declaration.kind === kind) || calls(name) ? [name] : [],
  );
  const users = declaredUsers.filter((name) => mentioned.has(declaredUserExpression(name).text));
  const imports = [
    ...constructs,
    ...['BucketEncryption', 'Duration', 'Size'].filter(calls),
    'type IRustFs',
    ...(users.length > 0 && !constructs.includes('ServiceUser') ? ['type ServiceUser'] : []),
  ];
  const byName = (a: string, b: string) => (a.replace('type ', '') < b.replace('type ', '') ? -1 : 1);
  const fields = users.map((name) => `readonly ${printString(name)}: ServiceUser`).join('; ');
  const parameters =
    users.length === 0
      ? 'scope: Construct, server: IRustFs'
      : `\n  scope: Construct,\n  server: IRustFs,\n  declared: { readonly users: { ${fields} } },\n`;
  const header = [
    printComment(
      `Found ${origin}, declared by nobody. Review every line: what is declared here is kept and repaired by apply.`,
    ),
    ...leftOut.map(({ kind, name, reason }) => printComment(`Not adopted: ${kind} ${name}: ${reason}`)),
    ...settings.flatMap(printSettings),
  ].join('\n');
  if (declarations.length === 0) return `${header}\nexport {};\n`;
  return `${header}
import { ${imports.sort(byName).join(', ')} } from 'cdktf-rustfs';
import { Construct } from 'constructs';

export function adopt(${parameters}): void {
  const adopted = new Construct(scope, 'adopted');
${[...declarations.map((declaration) => printDeclaration(declaration, mentioned)), ...[...exceptions].flatMap(printExceptions)].join('\n')}
}
`;
}
