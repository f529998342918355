import { asList } from '../../../policies/index.js';
import { isObject } from '../findings.js';
import type { RuleContext } from './context.js';

const USER_ARN = /^arn:aws:iam::000000000000:user\/(.+)$/;

/** Who a trust statement speaks of. */
export function checkPrincipal(
  path: string,
  principal: unknown,
  actions: readonly string[],
  context: RuleContext,
): void {
  const { findings } = context;
  if (principal === '*') {
    findings.error(path, principal, {
      rule: 'admits everybody whom any provider knows, and every static key',
      fix: 'write {"Federated": "<provider name>"} with a condition',
      source: '[trust.PrincipalStar]',
    });
    return;
  }
  const keys = isObject(principal) ? Object.keys(principal) : [];
  if (!isObject(principal) || keys.length === 0 || keys.some((key) => key !== 'Federated' && key !== 'AWS')) {
    findings.error(path, principal, {
      rule: 'must be {"Federated": <provider name>} or {"AWS": <user ARN>}',
      fix: 'write one of them',
      source: 'reference: services, trustPolicy',
    });
    return;
  }
  if (principal.Federated !== undefined) {
    for (const name of asList(principal.Federated as string | string[]))
      checkFederated(`${path}.Federated`, name, context);
    if (
      !actions.some(
        (action) => action === 'sts:AssumeRoleWithWebIdentity' || action === 'sts:AssumeRoleWithCredentials',
      )
    ) {
      findings.error(path, principal, {
        rule: 'a user of a provider can never ask for these actions',
        fix: 'add sts:AssumeRoleWithWebIdentity',
        source: '[trust.OnlyAssumeRole]',
      });
    }
  }
  if (principal.AWS !== undefined) {
    for (const arn of asList(principal.AWS as string | string[])) checkUser(`${path}.AWS`, arn, context);
    if (!actions.includes('sts:AssumeRole')) {
      findings.error(path, principal, {
        rule: 'a static key can never ask for these actions',
        fix: 'add sts:AssumeRole',
        source: '[assume.web-role]',
      });
    }
  }
}

function checkFederated(path: string, name: string, { findings, providers, disabledProviders }: RuleContext): void {
  if (providers.has(name)) return;
  const declared = `declared and enabled: ${[...providers].join(', ') || 'none'}`;
  if (name === '*') {
    findings.error(path, name, {
      rule: 'admits users of every provider, also of one added later',
      fix: `write provider names; ${declared}`,
      source: '[trust.FedStar]',
    });
    return;
  }
  const url = /^https?:|^arn:/.test(name);
  findings.error(path, name, {
    rule: url
      ? 'is a URL or an ARN, and SeaweedFS compares with the name of the provider: nobody can assume the role'
      : disabledProviders.has(name)
        ? 'is a provider that is switched off: nobody can assume the role'
        : 'no provider has this name: nobody can assume the role',
    fix: `write the provider's name; ${declared}`,
    source: url ? '[start.role-federated-url.none] [trust.FedArn]' : '[start.role-dangling-federated.none]',
  });
}

function checkUser(path: string, arn: string, { findings, identities }: RuleContext): void {
  if (arn === '*') {
    findings.error(path, arn, {
      rule: 'admits every static key, every session, and web identities too',
      fix: 'write the ARNs of the users',
      source: '[trust.AwsStar] [assume.web-session]',
    });
    return;
  }
  const name = USER_ARN.exec(arn)?.[1];
  if (name !== undefined && identities.has(name)) return;
  findings.error(path, arn, {
    rule:
      name === undefined
        ? 'no static identity has such an ARN: their account is always 000000000000, whatever sts.accountId says'
        : 'no such identity is declared: whoever creates one of that name could assume the role',
    fix: `write arn:aws:iam::000000000000:user/<identity>; declared: ${[...identities].join(', ') || 'none'}`,
    source: name === undefined ? '[account-id-set]' : '[assume.user-not-listed]',
  });
}
