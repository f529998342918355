import { canonicalConditionKey } from './condition-keys.js';
import { asList } from './lists.js';
import type { ConditionBlock, OneOrMany, PolicyDocument, PolicyPrincipal, PolicyStatement } from './model.js';

const sortedUnique = (values: readonly string[]) => [...new Set(values)].sort();

function canonicalList(value: OneOrMany<string> | undefined): readonly string[] | undefined {
  const list = sortedUnique(asList(value));
  return list.length > 0 ? list : undefined;
}

function canonicalConditions(block: ConditionBlock | undefined): ConditionBlock | undefined {
  const operators = Object.entries(block ?? {}).filter(([, keys]) => Object.keys(keys).length > 0);
  if (operators.length === 0) return undefined;
  const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);
  return Object.fromEntries(
    operators.sort(byName).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.entries(keys)
          .map(([key, values]) => [canonicalConditionKey(key), sortedUnique(asList(values).map(String))] as const)
          .sort(byName),
      ),
    ]),
  );
}

function canonicalPrincipal(principal: PolicyPrincipal | undefined): PolicyPrincipal | undefined {
  if (principal === undefined || principal === '*') return principal;
  if ('Service' in principal) return { Service: sortedUnique(asList(principal.Service)) };
  const keys = sortedUnique(asList(principal.AWS));
  return keys.includes('*') ? '*' : { AWS: keys };
}

/** `*` alone means `s3:*` in RustFS (source: rustfs-policy `action.rs`). */
const canonicalActions = (value: OneOrMany<string> | undefined) =>
  canonicalList(asList(value).map((name) => (name === '*' ? 's3:*' : name)));

function canonicalStatement(statement: PolicyStatement): PolicyStatement {
  const fields = {
    Sid: statement.Sid || undefined,
    Effect: statement.Effect,
    Principal: canonicalPrincipal(statement.Principal),
    Action: canonicalActions(statement.Action),
    NotAction: canonicalActions(statement.NotAction),
    Resource: canonicalList(statement.Resource),
    NotResource: canonicalList(statement.NotResource),
    Condition: canonicalConditions(statement.Condition),
  };
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as unknown as PolicyStatement;
}

/**
 * The form in which equal policies are identical: lists sorted and without repeats, single strings as lists, empty `ID`,
 * `Sid` and `Condition` left out, condition values as strings. RustFS reorders actions, adds the empty fields and turns
 * one-element condition lists into strings (recorded: 03-policies condition-echo, string-action-echo).
 */
export function canonicalPolicy(document: PolicyDocument): PolicyDocument {
  const id = document.ID || document.Id || undefined;
  const statements = document.Statement.map(canonicalStatement);
  const text = (statement: PolicyStatement) => JSON.stringify(statement);
  const unique = [...new Map(statements.map((statement) => [text(statement), statement])).entries()];
  return {
    ...(id ? { [document.Id ? 'Id' : 'ID']: id } : {}),
    Version: document.Version,
    Statement: unique.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, statement]) => statement),
  };
}

const canonicalText = new WeakMap<PolicyDocument, string>();

function textOf(document: PolicyDocument): string {
  const known = canonicalText.get(document);
  if (known !== undefined) return known;
  const text = JSON.stringify(canonicalPolicy(document));
  canonicalText.set(document, text);
  return text;
}

/** True when both documents mean the same to RustFS, whatever their order and notation. */
export function policiesEqual(a: PolicyDocument, b: PolicyDocument): boolean {
  return textOf(a) === textOf(b);
}
