import { describe, expect, test } from 'vitest';
import { reachGraph } from '../../report/graph.js';
import { buildReport } from '../../report/index.js';
import { inputsOf, troubledInputs } from './fixture.js';

const edgesOf = (dot: string) => dot.split('\n').filter((line) => line.includes(' -> '));

describe('the graph of who reaches what', () => {
  test('own, shared and public access; what everybody may do is drawn once', () => {
    const { dot, edges } = reachGraph(buildReport(inputsOf()));
    const kinds = edgesOf(dot).map((line) => /class=(\w+)/.exec(line)?.[1]);
    expect(edges).toBe(8);
    expect(kinds.toSorted()).toEqual(['other', 'own', 'own', 'own', 'own', 'own', 'own', 'public']);
  });

  test('contradictions are drawn even where nothing is granted', () => {
    const { dot } = reachGraph(buildReport(troubledInputs()));
    expect(edgesOf(dot).filter((line) => line.includes('class=bad'))).toHaveLength(2);
  });

  test('a large estate is drawn by component, and says what is left out', () => {
    const names = Array.from({ length: 70 }, (_, index) => `bulk-${index}`);
    const report = buildReport(
      inputsOf((manifest) => {
        manifest.buckets.push(...names.map((name) => ({ name, removalPolicy: 'retain' as const })));
        manifest.components[3]?.buckets.push(...names);
      }),
    );
    const { dot, nodes, note } = reachGraph(report);
    expect(nodes).toBe(4);
    expect(dot).toContain('label="web: 71 buckets"');
    expect(note).toBe(
      'Drawn by component, because there are 6 identities and 76 buckets; 4 identities that reach only the buckets of their component, or none, are left out.',
    );
  });

  test('names cannot end a label', () => {
    const { dot } = reachGraph(
      buildReport(
        inputsOf((manifest) => {
          for (const one of manifest.components) if (one.name === 'loki') one.name = 'a"b\\N&lt;';
        }),
      ),
    );
    expect(dot).toContain(String.raw`label="a\"b\\N&amp;lt;"`);
  });
});
