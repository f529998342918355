import type { PlanColors } from '../plan/render.js';
import { formatAge } from '../secrets/key-age.js';
import type { DriftFinding, DriftReport } from './model.js';
import { REMOVE_OR_DECLARE } from './unmanaged.js';

const SIGNS: Readonly<Record<DriftFinding['category'], string>> = {
  managed: '~',
  blocked: '✗',
  unmanaged: '?',
  overdue: '@',
};

function renderFinding(finding: DriftFinding, colors: PlanColors): readonly string[] {
  const { severity, category, kind, name, message, gives, details, wayOut } = finding;
  const isSecurity = severity === 'security';
  const paint =
    isSecurity || category === 'blocked' ? colors.remove : category === 'managed' ? colors.change : colors.dim;
  return [
    `${paint(`${isSecurity ? '!' : SIGNS[category]} ${kind} ${name}`)}: ${message}`,
    ...gives.map((sentence) => `    ${colors.remove(sentence)}`),
    ...details.map((line) => `    ${line.startsWith('+') ? colors.add(line) : colors.remove(line)}`),
    ...(wayOut === REMOVE_OR_DECLARE ? [] : [colors.dim(`    → ${wayOut}`)]),
  ];
}

function summary({ findings, keyAges }: DriftReport): string {
  const [oldest] = keyAges;
  const age = oldest?.ageMs === undefined ? 'of unknown age' : `${formatAge(oldest.ageMs)} old`;
  const keys = oldest && oldest.state !== 'missing' ? ` The oldest access key, ${oldest.accessKey}, is ${age}.` : '';
  if (findings.length === 0) return `No drift: the server holds what is declared, and nothing else.${keys}`;
  const security = findings.filter(({ severity }) => severity === 'security').length;
  const counts = (['managed', 'blocked', 'unmanaged', 'overdue'] as const).flatMap((category) => {
    const count = findings.filter((finding) => finding.category === category).length;
    return count > 0 ? [`${count} ${category}`] : [];
  });
  return `Drift: ${counts.join(', ')}; with access that nobody declared: ${security}.${keys}`;
}

/** What drift found: `!` gives access that nobody declared, `~` managed, `✗` blocked, `?` unmanaged, `@` overdue. */
export function renderDrift(report: DriftReport, colors: PlanColors): string {
  return [
    ...report.findings.flatMap((finding) => renderFinding(finding, colors)),
    ...(report.findings.some(({ wayOut }) => wayOut === REMOVE_OR_DECLARE)
      ? [colors.dim('→ unmanaged objects are left alone: remove them, or declare them with what drift --adopt prints')]
      : []),
    ...report.notes.map((note) => colors.change(`note: ${note}`)),
    summary(report),
  ].join('\n');
}
