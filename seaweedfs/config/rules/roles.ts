import { asList } from '../../../policies/index.js';
import { checkKeys, checkUnique, isNonEmpty, isObject, type Json, objects } from '../findings.js';
import { TRUST_ACTIONS } from '../model.js';
import { checkConditions } from './conditions.js';
import { NAME, REFUSED, type RuleContext } from './context.js';
import { checkPrincipal } from './principal.js';

const DROPPED = 'SeaweedFS drops the role with a warning in its log';

export function checkRoles(context: RuleContext): void {
  const { file, findings } = context;
  const entries = objects(findings, '$.roles', file.roles, 'roles', '[start.roles-object.none]');
  checkUnique(
    findings,
    entries.map(([path, { roleName }]) => [`${path}.roleName`, roleName]),
    {
      rule: 'another role has this name, and the last one wins silently',
      fix: 'choose another name',
      source: '[start.role-duplicate.none]',
    },
  );
  for (const [path, role] of entries) checkRole(path, role, context);
}

function checkRole(path: string, role: Json, context: RuleContext): void {
  const { findings } = context;
  const known = ['roleName', 'roleArn', 'trustPolicy', 'attachedPolicies', 'description', 'maxSessionDuration'];
  checkKeys(findings, path, role, known, '[start.unknown-keys.none]');
  if (typeof role.roleName !== 'string' || !NAME.test(role.roleName)) {
    findings.error(`${path}.roleName`, role.roleName, {
      rule: `must be 1 to 64 characters of A-Z a-z 0-9 _ + = , . @ -: ${DROPPED}`,
      fix: 'write a name',
      source: '[start.role-name-missing.none]',
    });
  }
  if (role.roleArn !== undefined) {
    findings.warn(`${path}.roleArn`, role.roleArn, {
      rule: 'is not looked up: a caller has to ask for arn:aws:iam::role/<roleName>',
      fix: 'leave it out',
      source: '[trust.CustomArn.by-arn]',
    });
  }
  checkMaxSession(path, role.maxSessionDuration, findings);
  checkAttached(`${path}.attachedPolicies`, role.attachedPolicies, context);
  checkTrust(`${path}.trustPolicy`, role.trustPolicy, context);
}

function checkMaxSession(path: string, value: unknown, findings: RuleContext['findings']): void {
  if (value === undefined || value === 0) return;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 3600 || value > 43200) {
    findings.error(`${path}.maxSessionDuration`, value, {
      rule: `must be 3600 to 43200 seconds: ${DROPPED}`,
      fix: 'leave it out: it has no effect anyway',
      source: '[trust.MaxTooShort] [start.good.warnings]',
    });
    return;
  }
  findings.warn(`${path}.maxSessionDuration`, value, {
    rule: 'is not enforced: a session of twice that length was granted',
    fix: 'limit sts.maxSessionLength, which counts for web identities of all roles',
    source: '[duration.role-max-3600.ask-7200]',
  });
}

function checkAttached(path: string, value: unknown, { findings, policies }: RuleContext): void {
  const isList = Array.isArray(value);
  if (value !== undefined && !isList) {
    findings.error(path, value, {
      rule: `must be a list of policy names: ${REFUSED}`,
      fix: 'write a list',
      source: '[start.role-attached-string.none]',
    });
    return;
  }
  if (!isList || value.length === 0) {
    findings.error(path, value, {
      rule: 'must name a policy: the role can be assumed, and its sessions can do nothing',
      fix: 'attach a policy, or drop the role',
      source: '[start.role-no-policies.none] [policy.EmptyPolicies.get]',
    });
    return;
  }
  value.forEach((name: unknown, index) => {
    if (typeof name === 'string' && policies.has(name)) return;
    findings.error(`${path}[${index}]`, name, {
      rule: 'no such policy is declared: a policy of that name left on the filer would count instead',
      fix: `declare it; declared: ${[...policies].join(', ') || 'none'}`,
      source: '[start.role-dangling-policy.none] [start.policy-left-on-filer.as-is]',
    });
  });
}

function checkTrust(path: string, trust: unknown, context: RuleContext): void {
  const { findings } = context;
  if (!isObject(trust)) {
    findings.error(path, trust, {
      rule:
        typeof trust === 'string'
          ? `must be an object, not text: ${REFUSED}`
          : 'is missing: nobody can assume the role',
      fix: 'write { "Version": "2012-10-17", "Statement": [ … ] }',
      source: typeof trust === 'string' ? '[start.role-trust-string.none]' : '[start.role-no-trust.none]',
    });
    return;
  }
  if (trust.Version !== '2012-10-17') {
    findings.error(`${path}.Version`, trust.Version, {
      rule: `must be 2012-10-17: ${DROPPED}`,
      fix: 'write "2012-10-17"',
      source: '[trust.NoVersion] [start.good.warnings]',
    });
  }
  const statements = objects(
    findings,
    `${path}.Statement`,
    trust.Statement,
    'statements',
    '[start.role-no-trust.none]',
  );
  if (statements.length === 0) {
    findings.error(`${path}.Statement`, trust.Statement, {
      rule: 'must have a statement: nobody can assume the role',
      fix: 'say who may',
      source: '[start.role-no-trust.none]',
    });
  }
  for (const [at, statement] of statements) checkStatement(at, statement, context);
}

function checkStatement(path: string, statement: Json, context: RuleContext): void {
  const { findings } = context;
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
    findings.error(`${path}.Effect`, statement.Effect, {
      rule: 'must be exactly Allow or Deny',
      fix: 'write "Allow" or "Deny"',
      source: 'reference: services, trustPolicy',
    });
  }
  const actions = asList(statement.Action as string | string[] | undefined);
  const foreign = actions.filter((action) => !TRUST_ACTIONS.some((known) => known === action));
  if (actions.length === 0 || foreign.length > 0) {
    findings.error(`${path}.Action`, statement.Action, {
      rule: `must be some of the three actions that SeaweedFS knows: ${DROPPED}`,
      fix: `write ${TRUST_ACTIONS.join(', ')}`,
      source: '[start.role-foreign-action.none] [trust.ActionWildcard] [trust.ActionLdap]',
    });
  }
  checkPrincipal(`${path}.Principal`, statement.Principal, actions, context);
  if (statement.Condition !== undefined) checkConditions(`${path}.Condition`, statement.Condition, findings);
}

/** Names under a key of a list of objects; what has no name is left to the rules. */
export function namesOf(list: unknown, key: string): ReadonlySet<string> {
  return new Set(
    (Array.isArray(list) ? list : []).flatMap((item: unknown) =>
      isObject(item) && isNonEmpty(item[key]) ? [item[key]] : [],
    ),
  );
}
