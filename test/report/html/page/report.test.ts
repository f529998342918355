import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buildReport, renderHtml } from '../../../../report/index.js';
import { noBrowser, startBrowser } from '../../browser.js';
import { troubledInputs } from '../../fixture.js';

const NARROW = { width: 390, height: 844 };

describe.skipIf(noBrowser)(`access.html in a browser${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, () => {
  let browser: Browser;
  let directory: string;
  let trouble: string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-page-'));
    await writeFile(join(directory, 'access.html'), await renderHtml(buildReport(troubledInputs())));
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(directory, { recursive: true, force: true });
  });
  afterEach(() => expect(trouble).toEqual([]));

  /** Opens the page from disk, and watches for errors and requests. */
  async function open(options: BrowserContextOptions = {}, hash = ''): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    trouble = [];
    page.on('console', (message) => trouble.push(`console: ${message.text()}`));
    page.on('pageerror', ({ message }) => trouble.push(`error: ${message}`));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) trouble.push(`request: ${request.url()}`);
    });
    await page.goto(`file://${join(directory, 'access.html')}${hash}`);
    return page;
  }

  const focused = (page: Page) =>
    page.evaluate<[number, number]>(
      '[document.activeElement.parentElement.sectionRowIndex, document.activeElement.cellIndex]',
    );

  test('arrow keys move in the matrix and stop at its edges', async () => {
    const page = await open();
    await page.locator('.matrix td[tabindex="0"]').focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
    expect(await focused(page)).toEqual([1, 3]);
    expect(await page.locator('#cursor').textContent()).toBe(
      'loki → loki-chunks · own · proof: proved · probes: as predicted, 4 requests',
    );
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe(
      'lrwd loki → loki-chunks · own · proof: proved · probes: as predicted, 4 requests',
    );
    for (const key of ['Home', 'ArrowLeft', 'Control+Home', 'ArrowUp']) await page.keyboard.press(key);
    expect(await focused(page)).toEqual([0, 1]);
    await page.keyboard.press('Control+End');
    expect(await focused(page)).toEqual([5, 7]);
    expect(await page.locator('.matrix td[tabindex="0"]').count()).toBe(1);
  });

  test('the headers never cover the cell that the keyboard is at', async () => {
    const page = await open({ viewport: { width: 800, height: 450 } });
    await page.locator('.matrix td[tabindex="0"]').focus();
    for (const key of ['Control+End', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'Control+Home']) await page.keyboard.press(key);
    const cell = await page.locator(':focus').boundingBox();
    const column = await page.locator('.matrix thead th.bucket').first().boundingBox();
    const row = await page.locator('.matrix tbody th').first().boundingBox();
    expect(cell?.y).toBeGreaterThanOrEqual((column?.y ?? Number.NaN) + (column?.height ?? 0) - 1);
    expect(cell?.x).toBeGreaterThanOrEqual((row?.x ?? Number.NaN) + (row?.width ?? 0) - 1);
  });

  test('Enter opens a cell with its statements and requests, Escape goes back to it', async () => {
    const page = await open();
    await page.locator('.matrix td[tabindex="0"]').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
    const detail = page.locator('dialog[open]');
    await expect.poll(() => detail.locator('h2').textContent()).toBe('talos → langfuse-media');
    expect(await detail.locator('.probes tbody tr').first().textContent()).toBe(
      'get objectGET /langfuse-media/.probe/never-writtenrefusedallowed404 NoSuchKey',
    );
    expect(await detail.locator('pre').first().textContent()).toContain('curl -sS -i -X GET --aws-sigv4');
    await page.keyboard.press('Escape');
    expect(await detail.count()).toBe(0);
    expect(await focused(page)).toEqual([2, 2]);
  });

  test('a granted cell shows document, statement and actions', async () => {
    const page = await open({}, '#cell=langfuse/loki-chunks');
    const detail = page.locator('dialog[open]');
    expect(await detail.locator('h4').allTextContents()).toEqual(['policy langfuse-storage, statement 3 of 3']);
    expect(
      JSON.parse((await detail.getByLabel('policy langfuse-storage, statement 3 of 3').textContent()) ?? ''),
    ).toEqual({
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: ['arn:aws:s3:::loki-chunks/export/*'],
    });
    expect(await detail.locator('.actions').textContent()).toBe('s3:GetObject');
    expect(await detail.locator('.states').textContent()).toContain(
      'Reason: The nightly export reads all of loki until the export job has a bucket of its own.',
    );
  });

  test('the theme follows the system until somebody chooses', async () => {
    const page = await open({ colorScheme: 'dark' });
    const paper = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(await paper()).toBe('rgb(20, 23, 26)');
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(paper).toBe('rgb(251, 251, 249)');
    await page.getByRole('button', { name: 'Dark' }).click();
    expect(await paper()).toBe('rgb(20, 23, 26)');
    expect(await page.getByRole('button', { name: 'Dark' }).getAttribute('aria-pressed')).toBe('true');
  });

  test('a narrow screen gets lists in the place of the matrix, and nothing sticks out', async () => {
    const page = await open({ viewport: NARROW });
    expect(await page.locator('.matrix').isVisible()).toBe(false);
    await page.locator('summary', { hasText: 'access key loki' }).click();
    await page.locator('details[open] a', { hasText: 'loki-ruler' }).first().click();
    expect(await page.locator('dialog[open] h2').textContent()).toBe(
      'loki → loki-ruler-with-a-rather-long-name-for-a-bucket-2026',
    );
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(NARROW.width);
  });

  test('without JavaScript matrix and findings are there', async () => {
    const page = await open({ javaScriptEnabled: false });
    expect(await page.locator('.matrix tbody tr').count()).toBe(6);
    expect(await page.locator('#findings').textContent()).toContain('talos could get object on langfuse-media');
    expect(await page.locator('#theme').isVisible()).toBe(false);
  });

  test('on paper everything is open, light, and without controls', async () => {
    const page = await open({ colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('nav').isVisible()).toBe(false);
    expect(await page.locator('.holder pre').first().isVisible()).toBe(true);
    expect(await page.evaluate<string>('getComputedStyle(document.querySelector("h1")).color')).toBe('rgb(28, 32, 36)');
  });

  test.each<readonly [string, BrowserContextOptions, string]>([
    ['light', { colorScheme: 'light' }, ''],
    ['dark', { colorScheme: 'dark' }, ''],
    ['narrow', { viewport: NARROW }, ''],
    ['with a cell open', { colorScheme: 'light' }, '#cell=web/loki-chunks'],
    ['with a cell open, dark', { colorScheme: 'dark' }, '#cell=talos/langfuse-media'],
  ])('axe finds nothing: %s', async (_, options, hash) => {
    const page = await open({ ...options, bypassCSP: true }, hash);
    await page.addScriptTag({ content: axe.source });
    const { violations, passes } = await page.evaluate<{
      violations: { id: string; nodes: { html: string }[] }[];
      passes: { id: string }[];
    }>('axe.run()');
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    expect(passes.map(({ id }) => id)).toContain('color-contrast');
  });
});
