import { checkKeys, Findings, isObject, type Json } from './findings.js';
import type { ConfigFinding } from './model.js';
import type { RuleContext, ValidateOptions } from './rules/context.js';
import { checkIdentities } from './rules/identities.js';
import { checkPolicies, checkPolicyEngine } from './rules/policies.js';
import { checkProviders, providerNames } from './rules/providers.js';
import { checkRoles, namesOf } from './rules/roles.js';
import { checkSts } from './rules/sts.js';

export type { ValidateOptions } from './rules/context.js';

const KNOWN = ['sts', 'providers', 'policy', 'policies', 'roles', 'identities', 'accounts'];

const FATAL = 'the gateway exits with 255, or with a -config beside it serves everybody';

/**
 * Checks one iam.config: text of a file, or what such a text parses to. Secrets may be placeholders. Reports everything
 * at once; no finding repeats a secret.
 *
 * The rules are those of the recorded answers of SeaweedFS 4.44, named in each finding's `source`. What nobody can know
 * from a file alone (is the provider there, what does the filer hold, how was the gateway started) is left to the proof.
 */
export function validateIamConfig(input: unknown, options: ValidateOptions = {}): readonly ConfigFinding[] {
  const findings = new Findings();
  const file = typeof input === 'string' ? parse(input, findings) : input;
  if (!isObject(file)) {
    if (findings.list.length === 0) {
      findings.error('$', Array.isArray(file) ? [] : typeof file, {
        rule: `must be an object: ${FATAL}`,
        fix: 'write { "sts": { … }, "identities": [ … ] }',
        source: '[start.json-array.as-is]',
      });
    }
    return findings.list;
  }
  checkKeys(findings, '$', file, KNOWN, '[start.unknown-keys.none] [start.sts-misspelt.none]');
  const context = contextOf(file, findings, options);
  checkSts(context);
  checkProviders(context);
  checkPolicyEngine(context);
  checkPolicies(context);
  checkRoles(context);
  checkIdentities(context);
  return findings.list;
}

function contextOf(file: Json, findings: Findings, options: ValidateOptions): RuleContext {
  return {
    file,
    findings,
    options,
    providers: providerNames(file, true),
    disabledProviders: providerNames(file, false),
    policies: namesOf(file.policies, 'name'),
    roles: namesOf(file.roles, 'roleName'),
    identities: namesOf(file.identities, 'name'),
  };
}

/** The parser's own message quotes the text, which may hold secrets: only the position is told. */
function parse(text: string, findings: Findings): unknown {
  const fail = (value: string, rule: string, fix: string, source: string) =>
    findings.error('$', value, { rule: `${rule}: ${FATAL}`, fix, source });
  if (text.startsWith('\uFEFF')) {
    fail('a byte order mark', 'must not begin with one', 'save the file as UTF-8 without BOM', '[start.json-bom.none]');
    return undefined;
  }
  if (text.trim() === '') {
    fail(
      'an empty file',
      'must be a JSON object',
      'write { "sts": { … }, "identities": [ … ] }',
      '[start.file-empty.as-is]',
    );
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    const line = position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
    fail(
      `no JSON${line === undefined ? '' : ` in line ${line}`}`,
      'must be JSON, complete, without comments and trailing commas',
      'correct it, for instance with `jq . FILE`',
      '[start.json-truncated.none] [start.json-trailing-comma.none] [start.json-comment.none]',
    );
    return undefined;
  }
}
