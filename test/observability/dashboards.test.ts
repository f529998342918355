import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  accessDashboard,
  accessRules,
  type DatasourceUid,
  dashboardProvider,
  datasources,
  gatewayRules,
  storeDashboard,
  storeRules,
} from '../../observability/index.js';
import { hasPromtool, promtool, whySkipped } from './promtool.js';

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly type: string; readonly uid: string };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets?: readonly Target[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
}

const parsed = (text: string) => JSON.parse(text) as Dashboard;
const DASHBOARDS = [
  parsed(storeDashboard({ loki: true })),
  parsed(accessDashboard({ loki: true, gateway: true, fleet: true })),
];
const targetsOf = ({ panels }: Dashboard) => panels.flatMap(({ targets = [] }) => targets);
const promql = DASHBOARDS.flatMap(targetsOf).filter(({ datasource }) => datasource.uid === 'prometheus');

/** What RustFS really sends, as it was recorded: type and labels. */
const { series } = JSON.parse(readFileSync(new URL('data/rustfs-1.0.1-series.json', import.meta.url), 'utf8')) as {
  series: Readonly<Record<string, readonly string[]>>;
};

/** Series of RustFS in an expression, without what a histogram appends. */
const seriesIn = (expr: string) =>
  [...expr.matchAll(/\brustfs_\w+/g)].map(([name]) => (series[name] ? name : name.replace(/_(bucket|sum|count)$/, '')));

describe('truth', () => {
  const expressions = [
    ...promql.map(({ expr }) => expr),
    ...[storeRules(), accessRules(), gatewayRules()].flatMap(({ alerts }) => alerts.map(({ expr }) => expr)),
  ];
  // Counted by the collector from records of the log; no such request could be made for the recording.
  const notRecorded = ['rustfs_access_other_authentication_failure_total'];

  test('every series of RustFS in a dashboard or alert was recorded from RustFS 1.0.1', () => {
    const unknown = expressions.flatMap(seriesIn).filter((name) => series[name] === undefined);
    expect([...new Set(unknown)]).toEqual(notRecorded);
  });

  test('every label that is grouped by was recorded too', () => {
    const wrong = expressions.flatMap((expr) => {
      const labels = [...expr.matchAll(/ by \(([\w, ]+)\)/g)].flatMap(([, list = '']) => list.split(', '));
      return seriesIn(expr).flatMap((name) =>
        labels.filter((label) => label !== 'le' && !series[name]?.includes(label)).map((label) => `${name} ${label}`),
      );
    });
    expect(wrong).toEqual([]);
  });

  test('rates are of counters and histograms, the rest of gauges', () => {
    const wrong = expressions.flatMap((expr) =>
      [...expr.matchAll(/(rate|increase)?\(?(rustfs_\w+)/g)].flatMap(([, rate, name = '']) => {
        const [recorded] = seriesIn(name);
        const type = recorded && series[recorded]?.[0];
        if (type === undefined || recorded?.startsWith('rustfs_access_')) return [];
        return (rate !== undefined) === (type !== 'gauge') ? [] : [`${rate ?? ''} ${name} ${type}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
});

describe('structure', () => {
  test.each(DASHBOARDS)('$uid: panels have their own ids and places', ({ panels }) => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const overlapping = panels.flatMap((one, index) =>
      panels
        .slice(index + 1)
        .filter(
          ({ gridPos: { x, y, w, h } }) =>
            x < one.gridPos.x + one.gridPos.w &&
            one.gridPos.x < x + w &&
            y < one.gridPos.y + one.gridPos.h &&
            one.gridPos.y < y + h,
        )
        .map((other) => `${one.title} and ${other.title}`),
    );
    expect(overlapping).toEqual([]);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
    expect(panels.filter(({ type, targets }) => type !== 'row' && !targets?.length)).toEqual([]);
  });

  test('every datasource of a panel is provisioned', () => {
    const { datasources: provisioned } = parse(datasources(['prometheus', 'loki', 'tempo'])) as {
      datasources: { uid: string; type: string }[];
    };
    const known = provisioned.map(({ uid, type }) => `${type} ${uid}`);
    const used = new Set(DASHBOARDS.flatMap(targetsOf).map(({ datasource: { type, uid } }) => `${type} ${uid}`));
    expect([...used].filter((one) => !known.includes(one))).toEqual([]);
    expect([...used].sort()).toEqual(['loki loki', 'prometheus prometheus']);
  });

  test('without Loki, gateway and fleet there is no panel about them', () => {
    const small = [storeDashboard({ loki: false }), accessDashboard({ loki: false, gateway: false, fleet: false })];
    const expressions = small.map(parsed).flatMap(targetsOf);
    expect(expressions.filter(({ datasource }) => datasource.uid !== 'prometheus')).toEqual([]);
    expect(expressions.filter(({ expr }) => /gateway_|fleet/.test(expr))).toEqual([]);
  });
});

test.each<[uids: DatasourceUid[], links: [string, string][]]>([
  [['prometheus'], []],
  [['prometheus', 'tempo'], []],
  [['prometheus', 'loki'], []],
  [
    ['prometheus', 'loki', 'jaeger'],
    [
      ['loki', 'jaeger'],
      ['jaeger', 'loki'],
    ],
  ],
])('datasources %j refer to each other only where they exist', (uids, links) => {
  const { datasources: made } = parse(datasources(uids)) as {
    datasources: {
      uid: string;
      isDefault: boolean;
      jsonData?: { derivedFields?: { datasourceUid: string }[]; tracesToLogsV2?: { datasourceUid: string } };
    }[];
  };
  expect(made.map(({ uid }) => uid)).toEqual(uids);
  expect(made.filter(({ isDefault }) => isDefault).map(({ uid }) => uid)).toEqual(['prometheus']);
  expect(
    made.flatMap(({ uid, jsonData }) =>
      [...(jsonData?.derivedFields ?? []), ...(jsonData?.tracesToLogsV2 ? [jsonData.tracesToLogsV2] : [])].map(
        ({ datasourceUid }) => [uid, datasourceUid],
      ),
    ),
  ).toEqual(links);
});

test('dashboards are read from the directory that they are put into', () => {
  expect(parse(dashboardProvider())).toMatchObject({ providers: [{ options: { path: '/etc/grafana/dashboards' } }] });
});

describe.skipIf(!hasPromtool)(`promtool${whySkipped}`, () => {
  test('parses the expression of every panel', () => {
    const rules = promql.map(({ expr }, index) => ({
      record: `panel:${index}`,
      // Grafana's variable for an interval that suits the graph.
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
    const { output, status } = promtool(['check', 'rules', 'rules.yml'], {
      'rules.yml': JSON.stringify({ groups: [{ name: 'panels', rules }] }),
    });
    expect(output).toContain(`SUCCESS: ${promql.length} rules found`);
    expect(status).toBe(0);
  });
});
