// The script of access.html: theme, keyboard in the matrix, and the drill-down, which is built from data on demand.
(() => {
  const root = document.documentElement;
  // Read when it is first needed: it can be large.
  let read;
  const data = () => {
    read ??= JSON.parse(document.getElementById('data').textContent);
    return read;
  };
  const dialog = document.getElementById('detail');
  const table = document.querySelector('.matrix table');
  const body = table.tBodies[0];
  const cursor = document.getElementById('cursor');
  root.classList.add('script');

  // Theme: what the system says, until somebody chooses.
  const toggle = document.getElementById('theme');
  const system = matchMedia('(prefers-color-scheme: dark)');
  const stored = () => {
    try {
      return localStorage.getItem('cdktf-rustfs-theme');
    } catch {
      return null; // Some browsers give pages from disk no storage.
    }
  };
  let chosen = stored();
  function showTheme() {
    const dark = chosen ? chosen === 'dark' : system.matches;
    root.dataset.theme = dark ? 'dark' : 'light';
    toggle.setAttribute('aria-pressed', String(dark));
  }
  toggle.addEventListener('click', () => {
    chosen = root.dataset.theme === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem('cdktf-rustfs-theme', chosen);
    } catch {}
    showTheme();
  });
  system.addEventListener('change', showTheme);
  showTheme();

  /** The cell in a row and a column of the matrix; the last column is the rest of the server. */
  function cellAt(row, column) {
    const { identities, buckets, cells, shapes } = data();
    return { who: identities[row].id, bucket: buckets[column], ...shapes[cells[row][column]] };
  }

  const placeText = (bucket) => bucket ?? 'the rest of the server';
  const requestsText = (count) => `${count} ${count === 1 ? 'request' : 'requests'}`;
  function summary({ who, bucket, grant, proof, probe }) {
    const { grants, proofs, probes } = data().words;
    const states = [
      ...(bucket === undefined ? [] : [grants[grant][0]]),
      `proof: ${proofs[proof.state][0]}`,
      `probes: ${probes[probe.state][0]}${probe.requests > 0 ? `, ${requestsText(probe.requests)}` : ''}`,
    ];
    return `${who} → ${placeText(bucket)} · ${states.join(' · ')}`;
  }

  // The matrix: one cell is in the tab order; arrows move.
  let current;
  function place(cell) {
    return { row: cell.parentElement.sectionRowIndex, column: cell.cellIndex - 1 };
  }
  const at = (row, column) => body.rows[row]?.cells[column + 1];
  const dataOf = (cell) => {
    const { row, column } = place(cell);
    return cellAt(row, column);
  };
  function mark(cell, on) {
    const { row, column } = place(cell);
    body.rows[row].cells[0].classList.toggle('here', on);
    table.tHead.rows[1].cells[column].classList.toggle('here', on);
  }
  function point(cell) {
    if (point.last) mark(point.last, false);
    point.last = cell;
    mark(cell, true);
    cursor.textContent = summary(dataOf(cell));
  }
  function moveTo(cell) {
    if (!cell) return;
    if (current) current.tabIndex = -1;
    current = cell;
    cell.tabIndex = 0;
  }
  moveTo(at(0, 0));
  body.addEventListener('focusin', ({ target }) => {
    const cell = target.closest('td');
    if (!cell) return;
    cell.setAttribute('aria-label', `${cell.textContent} ${summary(dataOf(cell))}`.trim());
    moveTo(cell);
    point(cell);
  });
  body.addEventListener('pointerover', ({ target }) => {
    const cell = target.closest('td');
    if (cell) point(cell);
  });
  body.addEventListener('keydown', (event) => {
    const cell = event.target.closest('td');
    if (!cell || event.altKey || event.metaKey) return;
    const { row, column } = place(cell);
    const last = { row: body.rows.length - 1, column: body.rows[0].cells.length - 2 };
    const page = 10;
    const moves = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [event.ctrlKey ? 0 : row, 0],
      End: [event.ctrlKey ? last.row : row, last.column],
      PageUp: [Math.max(0, row - page), column],
      PageDown: [Math.min(last.row, row + page), column],
    };
    const target = moves[event.key];
    if (target) {
      event.preventDefault();
      const next = target[1] < 0 ? undefined : at(...target);
      moveTo(next);
      next?.focus();
      next?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      open(dataOf(cell), cell);
    }
  });
  body.addEventListener('click', ({ target }) => {
    const cell = target.closest('td');
    if (!cell) return;
    moveTo(cell);
    cell.focus({ preventScroll: true });
    open(dataOf(cell), cell);
  });

  // The drill-down. Everything is set as text, never as HTML.
  function element(name, properties, ...children) {
    const { className, ...attributes } = properties ?? {};
    const made = document.createElement(name);
    if (className) made.className = className;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children.filter((child) => child !== undefined));
    return made;
  }
  const code = (label, text) => element('pre', { tabindex: '0', 'aria-label': label }, element('code', {}, text));

  function stateRow(title, className, [word, meaning], ...more) {
    const label = element('span', { className }, word);
    return element(
      'div',
      {},
      element('dt', {}, title),
      element('dd', {}, label, element('small', {}, meaning), ...more),
    );
  }

  function statesOf({ bucket, grant, verbs = [], proof, probe }) {
    const { grants, proofs, probes } = data().words;
    const reason = proof.accepted && element('p', {}, `Reason: ${proof.accepted}`);
    const message = proof.message && element('p', {}, proof.message);
    return element(
      'dl',
      { className: 'states' },
      bucket === undefined
        ? undefined
        : stateRow(
            'Granted',
            `grant g-${grant}`,
            grants[grant],
            verbs.length > 0 ? element('p', {}, verbs.join(', ')) : undefined,
          ),
      stateRow('Proved', `state p-${proof.state}`, proofs[proof.state], message, reason),
      stateRow('Probed', `state t-${probe.state}`, probes[probe.state], element('p', {}, requestsText(probe.requests))),
    );
  }

  function counterexampleOf({ proof: { counterexample } }) {
    return counterexample && section('Counterexample', code('Counterexample', JSON.stringify(counterexample, null, 2)));
  }

  function section(title, ...children) {
    return element('section', {}, element('h3', {}, title), ...children);
  }

  function statementsOf({ statements = [], bucket }) {
    if (bucket === undefined) return undefined;
    if (statements.length === 0)
      return section('Statements', element('p', { className: 'quiet' }, 'No statement speaks of this bucket.'));
    return section(
      'Statements',
      ...statements.flatMap(({ document: id, index: number }) => {
        const { name, kind, text } = data().documents.find((one) => one.id === id);
        const title = `${kind === 'policy' ? 'policy ' : ''}${name}, statement ${number + 1} of ${text.Statement.length}`;
        return [element('h4', {}, title), code(title, JSON.stringify(text.Statement[number], null, 2))];
      }),
    );
  }

  function actionsOf({ actions = [] }) {
    if (actions.length === 0) return undefined;
    const shown = actions.map((action) => element('li', {}, element('code', {}, action)));
    return section('Actions that they allow, conditions aside', element('ul', { className: 'actions' }, ...shown));
  }

  function probeRow({ title, who, request, predicted, observed, answer, contradicts }, bucket) {
    return element(
      'tr',
      { className: contradicts ? 'contradicts' : '' },
      element(
        'td',
        {},
        title,
        element('code', {}, request.replace('{bucket}', bucket ?? '{bucket}')),
        who ? element('small', {}, `as ${who}`) : undefined,
      ),
      element('td', {}, predicted),
      element('td', {}, contradicts ? element('strong', {}, observed) : observed, element('small', {}, answer)),
    );
  }

  function probesOf({ bucket, probe }) {
    const probes = data().probeSets[probe.set] ?? [];
    if (probes.length === 0) return section('Requests', element('p', { className: 'quiet' }, 'None was made.'));
    const head = element(
      'tr',
      {},
      ...['Request', 'Predicted', 'Observed'].map((text) => element('th', { scope: 'col' }, text)),
    );
    return section(
      `Requests (${probes.length})`,
      element(
        'table',
        { className: 'list probes' },
        element('thead', {}, head),
        element('tbody', {}, ...probes.map((one) => probeRow(one, bucket))),
      ),
    );
  }

  function findingsOf({ who, bucket }) {
    const isOfKey = (name) =>
      name === who || ['(draining)', '(next)', 'with a wrong secret'].some((suffix) => name === `${who} ${suffix}`);
    const found = data().findings.filter((finding) => isOfKey(finding.who) && finding.bucket === bucket);
    if (found.length === 0) return undefined;
    const items = found.map(({ message, command }) => [
      element('p', { className: 'alarm' }, message),
      code('curl command', command),
    ]);
    return section('Findings', ...items.flat());
  }

  let opener;
  function open(cell, from) {
    opener = from ?? document.activeElement;
    const close = element('button', { type: 'button', className: 'close', 'aria-label': 'Close' }, '×');
    close.addEventListener('click', () => dialog.close());
    const identity = data().identities.find(({ id }) => id === cell.who);
    const holder = [identity.user && `user ${identity.user}`, identity.component && `component ${identity.component}`];
    const title = element('h2', { id: 'detail-title' }, `${cell.who} → ${placeText(cell.bucket)}`);
    const heading = element('div', { className: 'heading' }, title, close);
    const sub = element('p', { className: 'quiet' }, holder.filter(Boolean).join(', '));
    const label = data().emulated ? element('p', { className: 'emulated' }, 'Emulated: not from RustFS') : undefined;
    const parts = [statesOf, counterexampleOf, findingsOf, statementsOf, actionsOf, probesOf].map((part) => part(cell));
    dialog.replaceChildren(...[heading, label, sub, ...parts].filter(Boolean));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  }
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => {
    if (location.hash.startsWith('#cell=')) history.replaceState(null, '', location.pathname + location.search);
    opener?.focus?.({ preventScroll: true });
  });

  function openFromAddress() {
    const [, who, bucket] = /^#cell=([^/]*)\/(.*)$/.exec(location.hash) ?? [];
    if (who === undefined) return;
    const { identities, buckets } = data();
    const row = identities.findIndex(({ id }) => id === decodeURIComponent(who));
    const column = bucket === '' ? buckets.length : buckets.indexOf(decodeURIComponent(bucket));
    if (row >= 0 && column >= 0) open(cellAt(row, column));
  }
  addEventListener('hashchange', openFromAddress);
  openFromAddress();

  // On paper, everything is open.
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')];
    for (const one of closed) one.open = true;
  });
  addEventListener('afterprint', () => {
    for (const one of closed) one.open = false;
  });
  performance.mark('interactive');
})();
