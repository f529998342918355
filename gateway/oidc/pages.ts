import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { GATEWAY_LABEL } from '../label.js';

const STYLE = `:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;margin:0;display:grid;place-items:center;min-height:100vh}
main{width:min(24rem,100% - 2rem);padding:1.5rem 0}
h1{font-size:1.5rem;line-height:1.2;margin:0 0 1rem}
label{display:block;font-weight:600}
input{font:inherit;box-sizing:border-box;width:100%;padding:.5rem;margin:.25rem 0 1rem}
button{font:inherit;padding:.5rem 1rem;margin:0 .5rem .5rem 0}
[role=alert]{border-left:.25rem solid #c0262d;padding:.25rem .75rem;margin:0 0 1rem}
small{display:block;margin-top:2rem}`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

export function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${main}
<small>${escapeHtml(GATEWAY_LABEL)}</small>
</main>
</body>
</html>
`;
}

/**
 * Headers of every page: no script, no frame, nothing from elsewhere, not kept.
 * @param formTargets origins that a form may end at: browsers count the redirects that follow it
 */
export function pageHeaders(formTargets: readonly string[] = []): Readonly<Record<string, string>> {
  const targets = ["'self'", ...formTargets].join(' ');
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${targets}; frame-ancestors 'none'; base-uri 'none'`,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    // Not "no-referrer": with it a browser sends `Origin: null` with the form, and the check of it would have to go.
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  };
}

export function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

export interface LoginPage {
  readonly client: string;
  readonly csrf: string;
  readonly problem?: string;
}

/** The form that asks for an API key. Works without script, by keyboard, and with password managers. */
export function loginPage({ client, csrf, problem }: LoginPage): string {
  const alert = problem === undefined ? '' : `<p role="alert" id="problem">${escapeHtml(problem)}</p>\n`;
  const invalid = problem === undefined ? '' : ' aria-invalid="true" aria-describedby="problem"';
  return page(
    `Sign in to ${client}`,
    `${alert}<form method="post">
<input type="hidden" name="csrf" value="${escapeHtml(csrf)}">
<input type="text" name="username" value="alknet" autocomplete="username" hidden>
<label for="api_key">API key</label>
<input id="api_key" name="api_key" type="password" autocomplete="current-password" spellcheck="false" autofocus${invalid}>
<button type="submit" name="action" value="sign-in">Sign in</button>
<button type="submit" name="action" value="cancel">Cancel</button>
</form>`,
  );
}

export function logoutPage(form: string): string {
  return page(
    'Sign out?',
    `<p>You will be signed out here. Sessions at the storage server that were already issued last until they expire.</p>
${form}
<button type="submit" form="op.logoutForm" value="yes" name="logout" autofocus>Sign out</button>
<button type="submit" form="op.logoutForm">Stay signed in</button>`,
  );
}
