const escapeLabel = (value: string) => value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');

export type Labels = Readonly<Record<string, string>>;

/** Labels as Prometheus writes them, in their order. */
export const labelText = (labels: Labels) =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',')}}`;

/** One gauge in Prometheus' text format, as the textfile collector of node_exporter reads it. */
export function gauge(name: string, help: string, samples: readonly (readonly [labels: Labels, value: number])[]) {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}`),
    '',
  ].join('\n');
}
