import { asList } from '../../../policies/index.js';
import { isObject } from '../findings.js';
import { TRUST_OPERATORS } from '../model.js';
import type { RuleContext } from './context.js';

/** Prefix up to a wildcard at the end, or a whole e-mail domain: what the holder of a claim can't move past. */
const ANCHORED = /^(?:[^*?]+\*?|\*@[^*?]+)$/;

/** Conditions of a trust statement: only what SeaweedFS evaluates, and evaluates as it reads. */
export function checkConditions(path: string, conditions: unknown, findings: RuleContext['findings']): void {
  if (!isObject(conditions)) {
    findings.error(path, conditions, {
      rule: 'must be an object',
      fix: 'write { "StringEquals": { "oidc:sub": "…" } }',
      source: 'reference: trust conditions',
    });
    return;
  }
  for (const [operator, keys] of Object.entries(conditions)) {
    const at = `${path}.${operator}`;
    if (!TRUST_OPERATORS.some((known) => known === operator)) {
      const negated = /Not/.test(operator);
      findings.error(at, operator, {
        rule: negated
          ? 'a negated condition is true for every token that lacks the claim'
          : 'SeaweedFS does not evaluate this operator: the statement never matches',
        fix: `write one of ${TRUST_OPERATORS.join(', ')}`,
        source: negated
          ? '[trust.CondNotEqMissing] [trust.CondBareNotEq]'
          : '[trust.CondUnknownOp] [trust.CondIfExists] [trust.CondSourceIp]',
      });
      continue;
    }
    if (!isObject(keys) || Object.keys(keys).length === 0) {
      findings.error(at, keys, {
        rule: 'must name at least one key',
        fix: 'write { "oidc:sub": "…" }',
        source: 'reference: trust conditions',
      });
      continue;
    }
    for (const [key, value] of Object.entries(keys)) {
      checkKey(`${at}.${key}`, key, findings);
      checkValues(`${at}.${key}`, operator, key, value, findings);
    }
  }
}

function checkKey(path: string, key: string, findings: RuleContext['findings']): void {
  if (key === 'aws:userid' || key === 'sts:DurationSeconds') return;
  const claim = /^oidc:(.+)$/.exec(key)?.[1];
  if (claim === undefined) {
    findings.error(path, key, {
      rule: 'SeaweedFS knows claims as oidc:<claim> only: this key never matches, or always does when negated',
      fix: /^[\w-]+$/.test(key) ? `write oidc:${key}` : 'write oidc:<claim> or aws:userid',
      source: '[trust.CondBareRoles] [trust.CondBareGroups] [trust.CondJwtSub] [trust.CondAwsStyle]',
    });
  } else if (claim.includes('.')) {
    findings.error(path, key, {
      rule: 'nested claims are not looked into',
      fix: 'let the provider put the value into a claim of its own',
      source: '[trust.CondNested]',
    });
  } else if (claim === 'aud') {
    findings.warn(path, key, {
      rule: 'never matches a token whose aud is a list',
      fix: 'let clientIds decide about the audience',
      source: '[trust.CondAud.array]',
    });
  }
}

function checkValues(
  path: string,
  operator: string,
  key: string,
  value: unknown,
  findings: RuleContext['findings'],
): void {
  const values = asList(value as string | string[] | undefined);
  if (values.length === 0 || !values.every((item) => typeof item === 'string' && item !== '')) {
    findings.error(path, value, {
      rule: 'must be a string or a list of strings that are not empty',
      fix: 'write a value',
      source: 'reference: trust conditions',
    });
    return;
  }
  if (values.some((item) => item.includes('${'))) {
    findings.error(path, value, {
      rule: 'variables are not expanded here',
      fix: 'write the value',
      source: 'reference: trust conditions',
    });
  }
  if (operator === 'StringLike' && !values.every((item) => ANCHORED.test(item))) {
    findings.error(path, value, {
      rule: `this wildcard lets whoever can choose a part of the claim match: only a fixed beginning (team-*) or a whole e-mail domain (*@example.com) is safe`,
      fix: `write fixed values with StringEquals, or such a pattern, for ${key}`,
      source: '[policy.abac-user.star] [trust.CondLike]',
    });
  }
}
