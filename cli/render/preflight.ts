import type { RuleSeverity } from '../../policies/index.js';
import { breaking, type PreflightResult } from '../../provisioning/index.js';
import { colors } from './color.js';

const WORDS: Readonly<Record<RuleSeverity, string>> = {
  'blocks-start': 'BLOCKS START',
  'loses-data': 'LOSES DATA',
  'breaks-clients': 'BREAKS CLIENTS',
  'changes-meaning': 'CHANGES MEANING',
  note: 'note',
};

function word(severity: RuleSeverity): string {
  if (severity === 'note') return WORDS.note;
  return severity === 'changes-meaning' ? colors.yellow(WORDS[severity]) : colors.red(WORDS[severity]);
}

/** The verdict for people: findings, what to check by hand, and what it rests on. */
export function renderPreflight({ report, fixed }: PreflightResult, endpoint: string | undefined): string {
  const { from, to, findings, byHand, clear, emulated } = report;
  const server = emulated ? `the cdktf-rustfs emulator (not RustFS) at ${endpoint}` : endpoint;
  const lines = [`RustFS ${from} → ${to}${server === undefined ? '' : `, ${server}`}`];
  lines.push(`looked at: ${report.lookedAt.join('; ')}`);
  for (const { object, found, rule, fix } of fixed)
    lines.push('', `${colors.green('fixed')}  ${object}: ${found}  [${rule}]`, `    → ${fix}`);
  for (const { severity, rule, object, found, fix, fixable, accepted } of findings) {
    lines.push('', `${word(severity)}  ${object}: ${found}  [${rule}]${accepted ? ' (accepted)' : ''}`);
    lines.push(`    → ${fixable ? 'preflight --fix does: ' : ''}${fix}`);
  }
  if (byHand.length > 0) lines.push('', colors.bold('Check by hand'));
  const notes = byHand.filter(({ severity }) => severity === 'note').map(({ rule }) => rule);
  for (const { severity, rule, title, why, how } of byHand.filter((one) => one.severity !== 'note'))
    lines.push(`- ${title} (${WORDS[severity].toLowerCase()})  [${rule}]: ${why}`, `    → ${how}`);
  if (notes.length > 0) lines.push(`- notes: ${notes.join(', ')}`);
  const against = breaking(report).length;
  const fixable = findings.filter((finding) => finding.fixable).length;
  const verdict =
    against === 0
      ? 'Nothing that was looked at speaks against the change'
      : `${against} ${against === 1 ? 'finding speaks' : 'findings speak'} against the change${fixable > 0 ? `, --fix fixes ${fixable}` : ''}`;
  lines.push('', `${verdict}; ${byHand.length} to check by hand, ${clear.length} rules clear. Rules: docs/upgrades.md`);
  return lines.join('\n');
}
