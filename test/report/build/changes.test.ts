import { describe, expect, test } from 'vitest';
import { buildReport, type ReportInputs } from '../../../report/index.js';
import { inputsOf, troubledInputs } from '../fixture.js';

const yesterday = (inputs: ReportInputs) => buildReport({ ...inputs, createdAt: new Date('2026-06-29T12:00:00.000Z') });
const texts = (report: ReturnType<typeof buildReport>) =>
  report.changes?.entries.map(
    ({ effect, what, before, after }) => `${effect}: ${what}${before === undefined ? '' : `: ${before} → ${after}`}`,
  );

describe('changes since the last run', () => {
  test('a first report has nothing to compare with', () => {
    const { changes, lastChange, notCompared } = buildReport(inputsOf());
    expect({ changes, lastChange, notCompared }).toEqual({});
  });

  test('the same again is no change', () => {
    expect(buildReport({ ...inputsOf(), previous: yesterday(inputsOf()) }).changes).toMatchObject({
      from: { createdAt: '2026-06-29T12:00:00.000Z' },
      entries: [],
    });
  });

  test('who gains and who loses', () => {
    const wider = inputsOf((manifest) => {
      const [langfuse, , talos] = manifest.policies;
      langfuse?.document.Statement.pop();
      Object.assign(talos?.document.Statement[1] ?? {}, {
        Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      });
    });
    expect(texts(buildReport({ ...wider, previous: yesterday(inputsOf()) }))).toEqual([
      'gained: talos on talos-backups gains s3:DeleteObject',
      'lost: langfuse on loki-chunks loses s3:GetObject',
    ]);
  });

  test('everything that got worse, then what got better', () => {
    const emulated = inputsOf();
    const before = yesterday({ ...emulated, access: { ...emulated.access, emulated: true } });
    const entries = texts(buildReport({ ...troubledInputs(), previous: before })) ?? [];
    expect(entries).toContain('worse: new: unmanaged user intern');
    expect(entries).toContain('worse: web on loki-chunks: proof: proved → disproved');
    expect(entries).toContain('worse: talos on langfuse-media: probes: as predicted → contradicted');
    expect(entries).toContain(
      'better: access key langfuse: another key: created 2026-06-01 08:30 UTC → created 2026-06-29 08:30 UTC',
    );
    expect(entries).toContain(
      'worse: access key talos: another key: created 2026-06-01 08:30 UTC → created at an unknown time',
    );
  });

  test('many pairs that got better in the same way are counted', () => {
    const { proof: _, ...unproved } = inputsOf();
    expect(texts(buildReport({ ...inputsOf(), previous: yesterday(unproved) }))).toEqual([
      'worse: new: exception for bucket web-assets: Pictures of the public web site.',
      'better: 40 pairs: proof: not tried → proved',
      'better: anonymous on web-assets: proof: not tried → exception',
    ]);
  });

  test('a second run without a change still shows the last one', () => {
    const first = yesterday(inputsOf((manifest) => void manifest.policies[0]?.document.Statement.pop()));
    const second = buildReport({ ...inputsOf(), createdAt: new Date('2026-06-30T11:00:00.000Z'), previous: first });
    const third = buildReport({ ...inputsOf(), previous: second });
    expect(third.changes?.entries).toEqual([]);
    expect(third.lastChange).toEqual(second.changes);
    expect(third.lastChange?.entries).not.toEqual([]);
  });

  test('another server is not compared', () => {
    const previous = yesterday(troubledInputs());
    expect(buildReport({ ...inputsOf(), previous })).toMatchObject({
      notCompared: 'the report that was there is about another server: stack example, server rustfs (emulated)',
    });
  });
});
