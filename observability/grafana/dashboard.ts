/** Datasources by uid; which of them exist depends on what is deployed. */
export type DatasourceUid = 'prometheus' | 'loki' | 'tempo' | 'jaeger';

export interface Query {
  readonly expr: string;
  /** Name of the series, such as `{{method}}`. */
  readonly legend?: string;
}

export interface Panel {
  readonly title: string;
  readonly type: 'stat' | 'timeseries' | 'bargauge' | 'table' | 'logs';
  readonly queries: readonly Query[];
  /** Unit of Grafana, such as `reqps`, `bytes`, `s`. @default short */
  readonly unit?: string;
  /** Of 24 columns. */
  readonly width: number;
  readonly description?: string;
  /** Green below the first number, orange from it, red from the second. */
  readonly thresholds?: readonly [orange: number, red: number];
  /** Red at 0, green at 1, with these words. */
  readonly states?: readonly [bad: string, good: string];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly Row[];
}

const HEIGHTS = { stat: 4, timeseries: 8, bargauge: 8, table: 8, logs: 10 } as const;
const COLUMNS = 24;

const step = (color: string, value: number | null) => ({ color, value });

function defaults({ unit = 'short', thresholds, states }: Panel) {
  const steps = states
    ? [step('red', null), step('green', 1)]
    : thresholds
      ? [step('green', null), step('orange', thresholds[0]), step('red', thresholds[1])]
      : [step('green', null)];
  return {
    unit,
    ...(states || thresholds ? { color: { mode: 'thresholds' } } : { color: { mode: 'palette-classic' } }),
    thresholds: { mode: 'absolute', steps },
    mappings: states
      ? [{ type: 'value', options: { '0': { text: states[0], index: 0 }, '1': { text: states[1], index: 1 } } }]
      : [],
  };
}

function options(type: Panel['type']) {
  const lastValue = { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false } };
  switch (type) {
    case 'stat':
      return { ...lastValue, colorMode: 'value', graphMode: 'none' };
    case 'bargauge':
      return { ...lastValue, orientation: 'horizontal', displayMode: 'basic' };
    case 'timeseries':
      return { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } };
    case 'table':
      return { showHeader: true };
    case 'logs':
      return { showTime: true, wrapLogMessage: true, enableLogDetails: true, sortOrder: 'Descending' };
  }
}

function renderPanel(panel: Panel, id: number, x: number, y: number) {
  const { type, title, description, queries, width } = panel;
  const datasource = type === 'logs' ? { type: 'loki', uid: 'loki' } : { type: 'prometheus', uid: 'prometheus' };
  const now = type === 'timeseries' ? {} : { instant: type !== 'logs' };
  return {
    id,
    type,
    title,
    ...(description && { description }),
    datasource,
    gridPos: { h: HEIGHTS[type], w: width, x, y },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      expr,
      ...now,
      ...(type === 'table' && { format: 'table' }),
      ...(legend && { legendFormat: legend }),
    })),
    fieldConfig: { defaults: defaults(panel), overrides: [] },
    options: options(type),
  };
}

/** A dashboard as Grafana provisions it from a file, its panels laid out from left to right under their rows. */
export function renderDashboard({ uid, title, description, rows }: Dashboard): string {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { h: 1, w: COLUMNS, x: 0, y },
      panels: [],
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of row.panels) {
      if (x + panel.width > COLUMNS) {
        y += height;
        x = 0;
        height = 0;
      }
      panels.push(renderPanel(panel, panels.length + 1, x, y));
      x += panel.width;
      height = Math.max(height, HEIGHTS[panel.type]);
    }
    y += height;
  }
  const dashboard = {
    uid,
    title,
    description,
    tags: ['cdktf-rustfs'],
    schemaVersion: 41,
    version: 1,
    editable: false,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: [] },
    annotations: { list: [] },
    panels,
  };
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}
