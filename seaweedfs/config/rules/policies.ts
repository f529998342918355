import { asList } from '../../../policies/index.js';
import { checkUnique, isObject, objects } from '../findings.js';
import { NAME, REFUSED, type RuleContext } from './context.js';

const POLICY_VARIABLE = /\$\{([^}]*)\}/;

/** The `policy` block: what decides when no statement speaks, and where policies are kept. */
export function checkPolicyEngine({ file, findings }: RuleContext): void {
  const { policy } = file;
  if (policy === undefined || policy === null) return;
  if (!isObject(policy)) {
    findings.error('$.policy', policy, {
      rule: `must be an object: ${REFUSED}`,
      fix: 'leave it out',
      source: '[start.policy-omitted.none]',
    });
    return;
  }
  const { defaultEffect, storeType } = policy;
  if (defaultEffect !== undefined && defaultEffect !== null && defaultEffect !== 'Deny') {
    findings.error('$.policy.defaultEffect', defaultEffect, {
      rule:
        defaultEffect === 'Allow'
          ? 'must be Deny: what no statement allows has to be refused'
          : `must be exactly Deny: ${REFUSED}`,
      fix: 'write "Deny"',
      source:
        defaultEffect === 'Allow'
          ? '[start.effect-allow.none]'
          : '[start.effect-lowercase.none] [start.effect-unknown.none]',
    });
  }
  if (storeType !== undefined && storeType !== null && storeType !== 'memory') {
    const filer = storeType === 'filer' || storeType === 'cached-filer';
    findings.error('$.policy.storeType', storeType, {
      rule: filer
        ? 'leaves copies of the policies on the filer, which override this file ever after, even with memory'
        : `is not known: ${REFUSED}`,
      fix: 'write "memory"',
      source: filer ? '[start.store-filer.none] [policy-clash.file-says]' : '[start.store-unknown.none]',
    });
  }
}

export function checkPolicies({ file, findings }: RuleContext): void {
  const entries = objects(findings, '$.policies', file.policies, 'policies', '[start.roles-object.none]');
  checkUnique(
    findings,
    entries.map(([path, { name }]) => [`${path}.name`, name]),
    {
      rule: 'another policy has this name, and the last one wins silently',
      fix: 'choose another name',
      source: 'reference: misconfigurations',
    },
  );
  for (const [path, { name, document }] of entries) {
    if (typeof name !== 'string' || !NAME.test(name)) {
      findings.error(`${path}.name`, name, {
        rule: 'must be 1 to 64 characters of A-Z a-z 0-9 _ + = , . @ -',
        fix: 'write a name',
        source: 'reference: services, iam.config',
      });
    }
    checkDocument(`${path}.document`, document, findings);
  }
}

function checkDocument(path: string, document: unknown, findings: RuleContext['findings']): void {
  const dropped = 'SeaweedFS drops the policy with a warning in its log, and sessions with it can do nothing';
  if (!isObject(document)) {
    findings.error(path, document, {
      rule: `must be an object: ${dropped}`,
      fix: 'write { "Version": "2012-10-17", "Statement": [ … ] }',
      source: '[policy.BadPolicyDoc.get]',
    });
    return;
  }
  if (document.Version !== '2012-10-17') {
    findings.error(`${path}.Version`, document.Version, {
      rule: `must be 2012-10-17: ${dropped}`,
      fix: 'write "2012-10-17"',
      source: '[policy.BadPolicyDoc.get]',
    });
  }
  const statements = objects(findings, `${path}.Statement`, document.Statement, 'statements', '[start.good.warnings]');
  if (statements.length === 0) {
    findings.error(`${path}.Statement`, document.Statement, {
      rule: 'must have at least one statement',
      fix: 'say what is allowed, or drop the policy',
      source: 'reference: services, SeaweedFsS3Gateway',
    });
  }
  for (const [itemPath, statement] of statements) checkStatement(itemPath, statement, findings);
}

function checkStatement(
  path: string,
  statement: Readonly<Record<string, unknown>>,
  findings: RuleContext['findings'],
): void {
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
    findings.error(`${path}.Effect`, statement.Effect, {
      rule: 'must be exactly Allow or Deny',
      fix: 'write "Allow" or "Deny"',
      source: 'reference: services, iam.config',
    });
  }
  for (const field of ['Action', 'Resource'] as const) {
    const values = asList(statement[field] as string | string[] | undefined);
    if (values.length === 0 || !values.every((value) => typeof value === 'string' && value !== '')) {
      findings.error(`${path}.${field}`, statement[field], {
        rule: 'must be a string or a list of strings that are not empty',
        fix: field === 'Action' ? 'write "s3:GetObject" or a list' : 'write "arn:aws:s3:::bucket/*" or a list',
        source: 'reference: services, iam.config',
      });
      continue;
    }
    values.forEach((value, index) => {
      const at = Array.isArray(statement[field]) ? `${path}.${field}[${index}]` : `${path}.${field}`;
      if (field === 'Resource') checkResource(at, value, findings);
      else if (!/^(\*|s3:[\w*?]+)$/.test(value)) {
        findings.error(at, value, {
          rule: 'must be an S3 action: others are never asked for by the gateway',
          fix: 'write s3:<action> or s3:*',
          source: 'reference: services, iam.config',
        });
      }
    });
  }
  checkVariables(`${path}.Condition`, statement.Condition, findings);
  for (const key of isObject(statement.Condition)
    ? Object.values(statement.Condition).flatMap((keys) => (isObject(keys) ? Object.keys(keys) : []))
    : []) {
    if (!key.toLowerCase().startsWith('aws:principaltag/')) continue;
    findings.error(`${path}.Condition`, key, {
      rule: 'a plain claim of that name in the token passes, whatever allowedPrincipalTagKeys says',
      fix: 'compare jwt:groups, or trust different roles with oidc: conditions',
      source: '[policy.principal-tag.injected-claim]',
    });
  }
}

function checkResource(path: string, value: string, findings: RuleContext['findings']): void {
  if (value !== '*' && !/^arn:aws:s3:::./.test(value)) {
    findings.error(path, value, {
      rule: 'must begin with arn:aws:s3:::',
      fix: 'write "arn:aws:s3:::bucket" or "arn:aws:s3:::bucket/*"',
      source: 'reference: services, iam.config',
    });
  }
  checkVariables(path, value, findings);
}

function checkVariables(path: string, value: unknown, findings: RuleContext['findings']): void {
  const [variable] = POLICY_VARIABLE.exec(JSON.stringify(value) ?? '') ?? [];
  if (variable === undefined) return;
  findings.error(path, variable, {
    rule: 'a policy variable is expanded before wildcards: a user whose claim is * got at everybody else’s objects',
    fix: 'give each user or group a role and a policy of its own',
    source: '[policy.abac-user.star]',
  });
}
