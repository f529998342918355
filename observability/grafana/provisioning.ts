import { stringify } from 'yaml';
import type { DatasourceUid } from './dashboard.js';

const yaml = (document: unknown) => stringify(document, { lineWidth: 0 });

export const DASHBOARD_DIRECTORY = '/etc/grafana/dashboards';

const URLS: Readonly<Record<DatasourceUid, string>> = {
  prometheus: 'http://prometheus:9090',
  loki: 'http://loki:3100',
  tempo: 'http://tempo:3200',
  jaeger: 'http://jaeger:16686',
};

/** Datasources of what is deployed, and of nothing else. The first is Grafana's default. */
export function datasources(uids: readonly DatasourceUid[]): string {
  const traces = uids.find((uid) => uid === 'tempo' || uid === 'jaeger');
  return yaml({
    apiVersion: 1,
    datasources: uids.map((uid, index) => ({
      name: `${uid.charAt(0).toUpperCase()}${uid.slice(1)}`,
      type: uid,
      uid,
      access: 'proxy',
      url: URLS[uid],
      isDefault: index === 0,
      editable: false,
      ...(uid === 'loki' && traces && { jsonData: { derivedFields: [traceLink(traces)] } }),
      ...(uid === traces && uids.includes('loki') && { jsonData: { tracesToLogsV2: { datasourceUid: 'loki' } } }),
    })),
  });
}

/** From a log record to its trace: OTLP keeps the id as structured metadata. `$$` because Grafana expands variables in this file. */
const traceLink = (datasourceUid: DatasourceUid) => ({
  name: 'trace',
  datasourceUid,
  matcherType: 'label',
  matcherRegex: 'trace_id',
  url: '$${__value.raw}',
});

export function dashboardProvider(): string {
  return yaml({
    apiVersion: 1,
    providers: [
      {
        name: 'cdktf-rustfs',
        type: 'file',
        allowUiUpdates: false,
        disableDeletion: true,
        options: { path: DASHBOARD_DIRECTORY },
      },
    ],
  });
}
