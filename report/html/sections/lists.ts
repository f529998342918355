import type { AccessReport, ReportKey } from '../../model.js';
import { ageText, KEY_STATES, METHOD, timeText } from '../../words.js';
import { type Html, html } from '../escape.js';

function section(id: string, title: string, intro: string, body: Html): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
<p class="quiet">${intro}</p>
${body}
</section>`;
}

function table(heads: readonly string[], rows: readonly (readonly (string | Html | undefined)[])[]): Html {
  if (rows.length === 0) return html`<p>None.</p>`;
  return html`<table class="list"><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell, index) => html`<td data-label="${heads[index]}">${cell}</td>`)}</tr>\n`)}</tbody></table>`;
}

export function exceptionsSection({ exceptions }: AccessReport): Html {
  return section(
    'exceptions',
    'Exceptions',
    'What the theorems would refuse, and somebody accepted in writing.',
    table(
      ['What', 'Reason'],
      exceptions.map(({ what, reason }) => [what, reason]),
    ),
  );
}

export function unmanagedSection({ unmanaged }: AccessReport): Html {
  return section(
    'unmanaged',
    'Unmanaged objects',
    'On the server, but declared by nobody. Nothing in this report says what they can do.',
    table(
      ['Kind', 'Name', 'Detail', 'Severity'],
      unmanaged.map(({ kind, name, detail, severity }) => [kind, html`<code>${name}</code>`, detail, severity]),
    ),
  );
}

function keyState({ state, previousCreatedAt }: ReportKey): string {
  const [word] = KEY_STATES[state];
  return previousCreatedAt === undefined ? word : `${word} (old key: ${timeText(previousCreatedAt)})`;
}

export function keysSection({ keys }: AccessReport): Html {
  return section(
    'keys',
    'Key ages',
    'As the secret store recorded them. A key of unknown age counts as old.',
    table(
      ['Access key', 'User', 'State', 'Created', 'Age'],
      keys.map((key) => [
        html`<code>${key.name}</code>`,
        key.user,
        keyState(key),
        key.createdAt === undefined ? 'unknown' : timeText(key.createdAt),
        ageText(key),
      ]),
    ),
  );
}

export function notProbedSection({ notProbed }: AccessReport): Html {
  if (notProbed.length === 0) return html``;
  return section(
    'not-probed',
    'Not probed',
    'What no request could show, and why.',
    table(
      ['What', 'Reason'],
      notProbed.map(({ what, reason }) => [what, reason]),
    ),
  );
}

export function methodSection(): Html {
  return section(
    'method',
    'How to read this',
    'A cell is safe when theorem and requests agree with what is granted.',
    html`<dl class="terms">${METHOD.map(([term, meaning]) => html`<div><dt>${term}</dt><dd>${meaning}</dd></div>`)}</dl>`,
  );
}
