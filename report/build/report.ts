import { type Manifest, manifestHash, serializeManifest } from '../../manifest/index.js';
import type { KeyAge } from '../../provisioning/index.js';
import { type AccessReport, REPORT_VERSION, type ReportCell, type ReportKey } from '../model.js';
import { cellsOf, unlistedProof } from './cells.js';
import { compare } from './changes.js';
import { findingsOf } from './findings.js';
import { ANONYMOUS, bucketsOf, type Identity, identitiesOf, type NamedDocument } from './identities.js';
import type { ReportInputs } from './inputs.js';
import { ProbeSets } from './probe-sets.js';
import { bucketDocument } from './reach.js';
import { verdictOf } from './verdict.js';

const DAY_MS = 24 * 60 * 60 * 1000;

function keyOf(
  { accessKey: name, state, createdAt, ageMs, previousCreatedAt }: KeyAge,
  { accessKeys }: Manifest,
): ReportKey {
  return {
    name,
    user: accessKeys.find((key) => key.name === name)?.user ?? '',
    state,
    ...(createdAt === undefined ? {} : { createdAt: utc(createdAt) }),
    ...(ageMs === undefined ? {} : { ageDays: Math.floor(ageMs / DAY_MS) }),
    ...(previousCreatedAt === undefined ? {} : { previousCreatedAt: utc(previousCreatedAt) }),
  };
}

const utc = (time: string) => new Date(time).toISOString();

/** Each document once; those that no statement of a cell refers to say nothing about the buckets, but still about the identity. */
function documentsOf(identities: readonly Identity[], { manifest }: ReportInputs): NamedDocument[] {
  const all = [
    ...identities.flatMap(({ rights, narrowedBy }) => [...rights, ...(narrowedBy ? [narrowedBy] : [])]),
    ...manifest.buckets.flatMap(({ name, policy }) => (policy ? [bucketDocument(name, policy)] : [])),
  ];
  const byId = new Map(all.map((document) => [document.id, document]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function pairCounts(cells: readonly ReportCell[], total: number, unlisted: string) {
  const onBuckets = cells.filter(({ bucket }) => bucket !== undefined);
  const proved = onBuckets.filter(({ proof }) => proof.state === 'proved').length;
  return {
    total,
    granted: onBuckets.filter(({ grant }) => grant !== 'none').length,
    proved: proved + (unlisted === 'proved' ? total - onBuckets.length : 0),
    probed: onBuckets.filter(({ probe }) => probe.requests > 0).length,
  };
}

/** Puts together what was declared, proved and probed. Pure; the order of everything follows from names alone. */
export function buildReport(inputs: ReportInputs): AccessReport {
  const { manifest, access, proof, createdAt, previous, previousProblem } = inputs;
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  const identities = identitiesOf(manifest);
  const buckets = [...bucketsOf(manifest)];
  const probes = new ProbeSets(inputs.results, ANONYMOUS);
  const cells = cellsOf(inputs, identities, buckets, probes);
  const findings = findingsOf(access.findings, proof);
  const severity = (wanted: string) => findings.filter((finding) => finding.severity === wanted).length;
  const unlisted = unlistedProof(inputs);
  const facts = {
    server: {
      id: manifest.server.id,
      endpoint: access.endpoint,
      rustfsVersion: manifest.server.rustfsVersion,
      emulated: access.emulated,
    },
    summary: {
      components: manifest.components.length,
      buckets: buckets.length,
      identities: identities.length,
      pairs: pairCounts(cells, identities.length * buckets.length, unlisted),
      probes: { ...access.probes },
      ...(proof ? { isolation: { ...proof.isolation } } : {}),
      findings: { security: severity('security'), access: severity('access'), error: severity('error') },
    },
    exceptions: [...(proof?.exceptions ?? [])].sort((a, b) => (a.what < b.what ? -1 : 1)),
    notProbed: [...access.notProbed].sort((a, b) => (a.what < b.what ? -1 : 1)),
    unmanaged: [...(inputs.unmanaged ?? [])].sort((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1)),
  };
  const report = {
    version: REPORT_VERSION as typeof REPORT_VERSION,
    tool: inputs.tool,
    stack: manifest.stack,
    server: facts.server,
    createdAt: createdAt.toISOString(),
    manifestHash: manifestHash(serializeManifest(manifest)),
    verdict: verdictOf({ ...facts, proved: proof !== undefined }),
    summary: facts.summary,
    identities: identities.map(({ rights: _, narrowedBy: __, ...identity }) => identity),
    buckets,
    unlisted: { proof: unlisted },
    cells,
    probeSets: probes.sets,
    documents: documentsOf(identities, inputs),
    findings,
    exceptions: facts.exceptions,
    notProbed: facts.notProbed,
    unmanaged: facts.unmanaged,
    keys: (inputs.keys ?? []).map((key) => keyOf(key, manifest)).sort(byName),
  };
  const compared = previousProblem === undefined ? compare(previous, report) : { notCompared: previousProblem };
  return { ...report, ...compared };
}
