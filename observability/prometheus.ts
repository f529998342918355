import { parse, stringify } from 'yaml';
import type { Labels } from './text-format.js';

export interface ScrapeTarget {
  readonly job: string;
  /** `host:port`. */
  readonly targets: readonly string[];
  readonly labels?: Labels;
  /** Labels of the series win over those of the scrape: for what passes on the series of others. */
  readonly honorLabels?: boolean;
}

/** Directory of the rule files in the container. */
export const RULES_DIRECTORY = '/etc/prometheus/rules';

export interface PrometheusOptions {
  readonly targets: readonly ScrapeTarget[];
  /** Names of the files in {@link RULES_DIRECTORY}. */
  readonly rules: readonly string[];
  /** `host:port` of each. @default none */
  readonly alertmanagers?: readonly string[];
  /** A configuration with further `scrape_configs`. @default none */
  readonly further?: string;
}

export function prometheusConfig({ targets, rules, alertmanagers = [], further }: PrometheusOptions): string {
  return stringify(
    {
      global: { scrape_interval: '15s', evaluation_interval: '15s' },
      // Each by name: a pattern that matches nothing is no error.
      rule_files: rules.map((file) => `${RULES_DIRECTORY}/${file}`),
      ...(alertmanagers.length > 0 && {
        alerting: { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] },
      }),
      scrape_configs: [
        ...targets.map(({ job, targets: addresses, labels, honorLabels }) => ({
          job_name: job,
          ...(honorLabels && { honor_labels: true }),
          static_configs: [{ targets: addresses, ...(labels && { labels }) }],
        })),
        ...(further === undefined ? [] : (parse(further) as { scrape_configs: unknown[] }).scrape_configs),
      ],
    },
    { lineWidth: 0 },
  );
}
