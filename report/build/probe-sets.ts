import type { ProbeState, ReportProbe } from '../model.js';
import type { ProbedRequest } from './inputs.js';

type Answers = { readonly state: ProbeState; readonly requests: number; readonly set?: number };

const SEVERITIES = ['security', 'access', 'error', undefined];
const VERBS = ['list', 'get', 'put', 'delete', undefined];

function requestLine({ request, probe }: ProbedRequest): string {
  const bucketPath = `/${probe.bucket}`;
  const inBucket =
    probe.bucket !== undefined && (request.path === bucketPath || request.path.startsWith(`${bucketPath}/`));
  const path = inBucket ? `/{bucket}${request.path.slice(bucketPath.length)}` : request.path;
  const query = Object.entries(request.query ?? {}).map(([name, value]) =>
    value === '' ? encodeURIComponent(name) : `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return `${request.method} ${path}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

function probeOf(result: ProbedRequest, id: string): ReportProbe {
  const { probe, observed, answer, contradicts } = result;
  return {
    title: probe.title,
    ...(probe.who === id ? {} : { who: probe.who }),
    ...(probe.verb ? { verb: probe.verb } : {}),
    request: requestLine(result),
    predicted: probe.predicted,
    observed,
    answer,
    ...(contradicts ? { contradicts } : {}),
  };
}

/** Contradictions first, then the four verbs, then by name. */
function inOrder(probes: readonly ReportProbe[]): ReportProbe[] {
  const keyed = probes.map((probe) => {
    const rank = SEVERITIES.indexOf(probe.contradicts) * VERBS.length + VERBS.indexOf(probe.verb);
    return { probe, rank, text: `${probe.who ?? ''}\0${probe.title}\0${probe.request}\0${probe.answer}` };
  });
  return keyed.sort((a, b) => a.rank - b.rank || (a.text < b.text ? -1 : 1)).map(({ probe }) => probe);
}

function stateOf(results: readonly ProbedRequest[]): ProbeState {
  if (results.some(({ contradicts }) => contradicts === 'security' || contradicts === 'access')) return 'contradicted';
  if (results.some(({ contradicts }) => contradicts === 'error')) return 'unknown';
  return results.length > 0 ? 'as-predicted' : 'not-probed';
}

/** Single answers by pair of identity and bucket. Most pairs got the same requests and answers, so their lists are kept once. */
export class ProbeSets {
  readonly #byPair = new Map<string, ProbedRequest[]>();
  readonly #known = new Map<string, number>();
  readonly #sets: ReportProbe[][] = [];

  constructor(results: readonly ProbedRequest[], anonymous: string) {
    for (const result of results) {
      const { accessKey = anonymous, bucket } = result.probe;
      const pair = `${accessKey}\0${bucket ?? ''}`;
      const others = this.#byPair.get(pair);
      if (others) others.push(result);
      else this.#byPair.set(pair, [result]);
    }
  }

  /** Lists in the order in which they were asked for. */
  get sets(): ReportProbe[][] {
    return this.#sets;
  }

  of(id: string, bucket: string | undefined): Answers {
    const results = this.#byPair.get(`${id}\0${bucket ?? ''}`) ?? [];
    const state = stateOf(results);
    if (results.length === 0) return { state, requests: 0 };
    const probes = inOrder(results.map((result) => probeOf(result, id)));
    const content = JSON.stringify(probes);
    const set = this.#known.get(content) ?? this.#sets.push(probes) - 1;
    this.#known.set(content, set);
    return { state, requests: results.length, set };
  }
}
