import { describe, expect, test } from 'vitest';
import { buildReport, renderHtml, renderMarkdown } from '../../../report/index.js';
import { inputsOf, troubledInputs } from '../fixture.js';

/** An unmanaged user, a finding, a written reason and a policy as somebody with ill intent would name them. */
const HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'`|&amp;';

function hostileInputs() {
  const inputs = troubledInputs();
  const [finding] = inputs.access.findings;
  return {
    ...inputs,
    manifest: {
      ...inputs.manifest,
      stack: HOSTILE,
      components: inputs.manifest.components.map((one) => (one.name === 'loki' ? { ...one, name: HOSTILE } : one)),
    },
    access: {
      ...inputs.access,
      endpoint: HOSTILE,
      findings: finding ? [{ ...finding, message: HOSTILE, command: HOSTILE, answer: HOSTILE }] : [],
    },
    unmanaged: [{ kind: 'user', name: HOSTILE, detail: HOSTILE, severity: HOSTILE }],
    proof: inputs.proof && { ...inputs.proof, exceptions: [{ what: HOSTILE, reason: HOSTILE }], problems: [HOSTILE] },
  };
}

describe('text from manifest and server', () => {
  test('never becomes part of the page', async () => {
    const page = await renderHtml(buildReport(hostileInputs()));
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=alert(2)&gt;');
  });

  test('never becomes part of the Markdown', () => {
    const text = renderMarkdown(buildReport(hostileInputs()));
    const outsideOfCode = text.replaceAll(/(`{3,})sh\n.*?\n\1/gs, '').replaceAll(/(`+) .*? \1/g, '');
    expect(outsideOfCode).not.toMatch(/<script|<img/);
    expect(outsideOfCode).toContain(String.raw`&lt;/script&gt;&lt;script&gt;alert\(1\)`);
  });
});

describe('the page', () => {
  test('forbids itself everything but its own script and styles', async () => {
    const page = await renderHtml(buildReport(inputsOf()));
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    expect(policy.replaceAll(/sha256-[A-Za-z0-9+/]{43}=/g, 'HASH').replaceAll('&#39;', "'")).toBe(
      "default-src 'none'; style-src 'HASH'; script-src 'HASH'; base-uri 'none'; form-action 'none'",
    );
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
  });

  test('says what is emulated in its title, on its top and in its verdict', async () => {
    const page = await renderHtml(buildReport(troubledInputs()));
    expect(page).toContain('<title>[emulated] Access report: example</title>');
    expect(page).toContain(
      'Emulated: every answer came from the cdktf-rustfs emulator, not from RustFS. This is no evidence about a RustFS server.',
    );
    expect(page).toContain('On the emulator: Access differs from what is declared');
    expect(await renderHtml(buildReport(inputsOf()))).not.toMatch(/emulator|\[emulated\]/i);
  });

  test('is the same for the same report', async () => {
    expect(await renderHtml(buildReport(inputsOf()))).toBe(await renderHtml(buildReport(inputsOf())));
  });
});

describe('the Markdown', () => {
  test('shows verdict, findings with the request, and the matrix', () => {
    const text = renderMarkdown(buildReport(troubledInputs()));
    expect(text).toContain('**❌ Contradicted**: On the emulator: Access differs from what is declared');
    expect(text).toContain('http://127.0.0.1:9000/langfuse-media/.probe/never-written\n```');
    expect(text).toContain('| `talos` | ■ ● | ■ ❌ | ■ ● | ■ ● | `lrw-` ■ ● | `-r--` ■ ● | ? ● |');
    expect(text).toContain('| `loki` | `loki-svc` | active | 211 days |');
  });
});
