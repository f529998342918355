import { stringify } from 'yaml';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** How long it must hold, such as `5m`. */
  readonly for: string;
  readonly severity: 'critical' | 'warning';
  /** May use `{{ $labels.x }}` and `{{ $value }}`. Says what to do. */
  readonly summary: string;
}

export interface RuleGroup {
  readonly name: string;
  /** Of every alert in it. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly alerts: readonly AlertRule[];
}

/** A rule file of Prometheus. */
export function ruleFile(groups: readonly RuleGroup[]): string {
  return stringify(
    {
      groups: groups.map(({ name, labels, alerts }) => ({
        name,
        rules: alerts.map(({ alert, expr, for: pending, severity, summary }) => ({
          alert,
          expr,
          for: pending,
          labels: { severity, ...labels },
          annotations: { summary },
        })),
      })),
    },
    { lineWidth: 0 },
  );
}
