import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { collectorConfig, jaegerConfig, lokiConfig, tempoConfig } from '../../observability/index.js';

interface OtelConfig {
  readonly receivers: object;
  readonly processors: object;
  readonly exporters: Readonly<Record<string, { readonly endpoint?: string }>>;
  readonly connectors?: {
    readonly count: { readonly logs: Readonly<Record<string, { readonly conditions: readonly string[] }>> };
  };
  readonly extensions: object;
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: Readonly<
      Record<string, { readonly receivers: string[]; readonly processors: string[]; readonly exporters: string[] }>
    >;
  };
}

const otel = (text: string) => parse(text) as OtelConfig;

const collectors = {
  everything: collectorConfig({ traces: ['tempo:4317', 'jaeger:4317'], loki: 'http://loki:3100', memoryMib: 384 }),
  'metrics alone': collectorConfig({ traces: [], memoryMib: 384 }),
  jaeger: jaegerConfig(3),
};

test.each(Object.entries(collectors))('%s: pipelines name what is there, and use all of it', (_, text) => {
  const { receivers, processors, exporters, connectors = {}, extensions, service } = otel(text);
  const pipelines = Object.values(service.pipelines);
  const used = (kind: 'receivers' | 'processors' | 'exporters') =>
    [...new Set(pipelines.flatMap((pipeline) => pipeline[kind]))].sort();
  const joined = Object.keys(connectors);
  expect(used('receivers')).toEqual([...Object.keys(receivers), ...joined].sort());
  expect(used('processors')).toEqual(Object.keys(processors).sort());
  expect(used('exporters')).toEqual([...Object.keys(exporters), ...joined].sort());
  expect([...service.extensions].sort()).toEqual(Object.keys(extensions).sort());
});

test('traces go to each backend, the log to Loki, and without them nowhere', () => {
  const endpoints = (text: string) => Object.values(otel(text).exporters).map(({ endpoint }) => endpoint);
  expect(endpoints(collectors.everything)).toEqual([
    '0.0.0.0:8889',
    '0.0.0.0:8890',
    'tempo:4317',
    'jaeger:4317',
    'http://loki:3100/otlp',
  ]);
  expect(endpoints(collectors['metrics alone'])).toEqual(['0.0.0.0:8889', '0.0.0.0:8890']);
  expect(Object.keys(otel(collectors['metrics alone']).service.pipelines)).toEqual([
    'metrics',
    'metrics/counted',
    'logs',
  ]);
});

/** Records of RustFS 1.0.1 for one request each, as it sent them. */
const RECORDS = {
  wrongSecret: {
    body: 'failed to prepare',
    err: 'S3Error(Inner { code: SignatureDoesNotMatch, message: Some("The request signature we calculated does not match the signature you provided. Check your AWS secret access key and signing method."), request_id: None })',
  },
  unknownKey: { body: 'failed to prepare', err: 'S3Error(Inner { code: InvalidAccessKeyId, message: Some("x") })' },
  missingObject: { body: 'op returns error', err: 'S3Error(Inner { code: NoSuchKey, message: None })' },
};

test('the conditions count a record of RustFS under what it means', () => {
  const { logs } = (otel(collectors.everything).connectors as NonNullable<OtelConfig['connectors']>).count;
  const conditions = Object.entries(logs).map(([metric, { conditions }]) => [metric, conditions] as const);
  const denied = conditions.find(([metric]) => metric === 'rustfs_access_denied');
  expect(denied?.[1]).toEqual(['attributes["event"] == "s3_authorization_denied"']);

  const counted = ({ body, err }: { body: string; err: string }) =>
    conditions.flatMap(([metric, [condition = '']]) => {
      const match = /^body == "(.*)" and IsMatch\(attributes\["err"\], (".*")\)$/.exec(condition);
      if (!match) return [];
      // A string of OTTL has JSON's escapes.
      const pattern = new RegExp(JSON.parse(match[2] as string) as string);
      return body === match[1] && pattern.test(err) ? [metric] : [];
    });
  expect(counted(RECORDS.wrongSecret)).toEqual([
    'rustfs_access_wrong_signature',
    'rustfs_access_failed_authentications',
  ]);
  expect(counted(RECORDS.unknownKey)).toEqual(['rustfs_access_unknown_key', 'rustfs_access_failed_authentications']);
  expect(counted(RECORDS.missingObject)).toEqual([]);
});

test('every backend deletes after the retention it is given', () => {
  expect(parse(lokiConfig(14))).toMatchObject({
    limits_config: { retention_period: '336h' },
    compactor: { retention_enabled: true, delete_request_store: 'filesystem' },
  });
  expect(parse(tempoConfig(3))).toMatchObject({ compactor: { compaction: { block_retention: '72h' } } });
  expect(parse(jaegerConfig(2))).toMatchObject({
    extensions: { jaeger_storage: { backends: { traces: { badger: { ttl: { spans: '48h' } } } } } },
  });
});
