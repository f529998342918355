import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { afterwards } from '../fixture.js';
import { begin, finish, freePort, providerGateway } from './fixture.js';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const present = existsSync(CHROMIUM);
if (!present) console.info(`skipped: the login page in a browser, because ${CHROMIUM} is not there (CHROMIUM_PATH)`);

/** Where the browser comes back to. */
async function application() {
  const port = await freePort();
  const visits: string[] = [];
  const server = createServer((request, response) => {
    visits.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Back at the application</h1>');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  afterwards(() => new Promise((resolve) => server.close(resolve)));
  return { origin: `http://127.0.0.1:${port}`, visits };
}

describe.skipIf(!present)('the login page in Chromium', () => {
  test('signs in by keyboard after a wrong key, without script, and sends the browser back with a code', async () => {
    const back = await application();
    const provider = await providerGateway({
      oidc: { clients: [{ client_id: 'rustfs', redirect_uris: ['http://127.0.0.1:9/callback', `${back.origin}/`] }] },
    });
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    afterwards(() => browser.close());
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 480, height: 480 } });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));

    const begun = await begin(provider);
    const url = new URL(begun.url);
    url.searchParams.set('redirect_uri', `${back.origin}/`);
    await page.goto(url.href);
    expect(await page.title()).toBe('Sign in to rustfs');
    await page.keyboard.type('alk_wrong'); // the field has the focus
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toBe('This API key is unknown or has expired.');
    const screenshots = process.env.SCREENSHOTS_DIR;
    if (screenshots) {
      await mkdir(screenshots, { recursive: true });
      await page.screenshot({ path: `${screenshots}/login.png` });
    }
    await page.getByLabel('API key').fill(provider.apiKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Back at the application' }).waitFor();
    expect(page.url()).toMatch(new RegExp(`^${back.origin}/\\?code=`));
    const tokens = await finish(provider, page.url(), begun);
    expect(tokens.claims()?.sub).toBe(provider.identity);
    expect(problems.filter((text) => !/the server responded with a status of 403/.test(text))).toEqual([]);
  });
});
