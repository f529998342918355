import { RULE_IDS, RULE_SEVERITIES, type RuleId, VERSION_RULES } from '../../policies/index.js';
import { IDENTITY_CHECKS } from './checks/identities.js';
import { POLICY_CHECKS } from './checks/policies.js';
import { SERVER_CHECKS } from './checks/server.js';
import { STORAGE_CHECKS } from './checks/storage.js';
import type { Check, HandCheck, PreflightEstate, PreflightFinding, Rewrite } from './model.js';

const CHECKS: Readonly<Partial<Record<RuleId, Check>>> = {
  ...POLICY_CHECKS,
  ...IDENTITY_CHECKS,
  ...STORAGE_CHECKS,
  ...SERVER_CHECKS,
};

export interface Verdict {
  readonly findings: readonly (PreflightFinding & { readonly rewrite?: Rewrite })[];
  readonly byHand: readonly HandCheck[];
  readonly clear: readonly RuleId[];
}

export interface JudgeOptions {
  /** Rules whose findings are accepted. @default none */
  readonly accept?: readonly RuleId[];
  /** Also fix rights that get lost, not only what stops the server. @default false */
  readonly keepRights?: boolean;
}

/** Rules whose rewriting gives rights by name that the version before gave by implication: only done when asked for. */
const KEEPS_RIGHTS = new Set<RuleId>(['list-versions', 'versioned-reads']);

const worst = (severity: PreflightFinding['severity']) => RULE_SEVERITIES.indexOf(severity);

/** Every rule that says something about this change of version: found, left to a person, or clear. None is skipped. */
export function judge(estate: PreflightEstate, { accept = [], keepRights = false }: JudgeOptions = {}): Verdict {
  const findings: Verdict['findings'][number][] = [];
  const byHand: HandCheck[] = [];
  const clear: RuleId[] = [];
  for (const rule of RULE_IDS) {
    const { title, to, byHand: how } = VERSION_RULES[rule];
    const consequence = to[estate.to];
    if (consequence === undefined) continue;
    const { found, unseen } = CHECKS[rule]?.(estate) ?? { found: [], unseen: 'nothing that the server shows tells it' };
    for (const { object, found: text, severity = consequence.severity, fix = consequence.fix, rewrite } of found) {
      const fixable = rewrite !== undefined && (keepRights || !KEEPS_RIGHTS.has(rule));
      const finding = { rule, severity, object, found: text, fix, fixable, accepted: accept.includes(rule) };
      findings.push(fixable ? { ...finding, rewrite } : finding);
    }
    if (unseen !== undefined)
      byHand.push({ rule, severity: consequence.severity, title, why: unseen, how: how ?? consequence.fix });
    else if (found.length === 0) clear.push(rule);
  }
  const bySeverity = (a: { severity: PreflightFinding['severity'] }, b: typeof a) =>
    worst(a.severity) - worst(b.severity);
  return { findings: findings.sort(bySeverity), byHand: byHand.sort(bySeverity), clear };
}
