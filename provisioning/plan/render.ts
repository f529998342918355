import type { ChangeAction, Plan } from './model.js';

/** Colours for a terminal; identity functions for plain text. */
export interface PlanColors {
  readonly add: (text: string) => string;
  readonly change: (text: string) => string;
  readonly remove: (text: string) => string;
  readonly dim: (text: string) => string;
}

const plain = (text: string) => text;
const PLAIN: PlanColors = { add: plain, change: plain, remove: plain, dim: plain };

const SIGNS: Readonly<Record<ChangeAction, string>> = { create: '+', update: '~', delete: '-', replace: '±' };

/** A plan as Terraform prints one: `+` create, `~` update, `-` delete, `±` replace, `!` blocked, `?` unmanaged. */
export function renderPlan(plan: Plan, colors: PlanColors = PLAIN): string {
  const paint = { create: colors.add, update: colors.change, delete: colors.remove, replace: colors.change };
  const changes = plan.changes.flatMap(({ action, kind, name, reason, details }) => [
    `${paint[action](`${SIGNS[action]} ${kind} ${name}`)} ${colors.dim(`(${reason})`)}`,
    ...details.map((line) => `    ${line.startsWith('+') ? colors.add(line) : colors.remove(line)}`),
  ]);
  const blocked = plan.blocked.flatMap(({ kind, name, reason, wayOut }) => [
    colors.remove(`! ${kind} ${name}: ${reason}`),
    `    ${wayOut}`,
  ]);
  const unmanaged = plan.unmanaged.map(({ kind, name }) => colors.dim(`? ${kind} ${name} (unmanaged, left alone)`));
  return [...changes, ...blocked, ...unmanaged, summary(plan)].join('\n');
}

function summary({ changes, blocked, unmanaged }: Plan): string {
  const count = (action: ChangeAction) => changes.filter((change) => change.action === action).length;
  const rest = [
    ...(blocked.length > 0 ? [`${blocked.length} blocked`] : []),
    ...(unmanaged.length > 0 ? [`${unmanaged.length} unmanaged`] : []),
  ].join(', ');
  const suffix = rest === '' ? '' : ` (${rest})`;
  if (changes.length === 0) return `No changes.${suffix}`;
  return `Plan: ${count('create')} to create, ${count('update')} to update, ${count('replace')} to replace, ${count('delete')} to delete.${suffix}`;
}
