import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

/** A page that was opened, with everything it did beside being shown. */
export interface OpenedPage {
  page: Page;
  /** What the browser had to say, errors and refusals of the policy among it. */
  said: string[];
  /** Addresses that it asked for, its own not among them, though the policy may have kept it from sending that. */
  asked: string[];
  /** Those of them that the policy of the page refused. */
  refused: string[];
}

interface Look {
  width?: number;
  colorScheme?: 'light' | 'dark';
}

export interface OurBrowser {
  open(html: string, look?: Look): Promise<OpenedPage>;
  /** The same for files that lie in a folder. */
  openFile(path: string, look?: Look): Promise<OpenedPage>;
  close(): Promise<void>;
}

/** The browser that scripts/browser.mjs found. */
export async function startBrowser(): Promise<OurBrowser> {
  const executablePath = process.env.CHROMIUM;
  if (executablePath === undefined) throw new Error('run it by npm run test:browser, which finds a chromium');
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const folder = mkdtempSync(join(tmpdir(), 'restore-drill-browser-'));
  let pages = 0;
  const openFile = async (path: string, { width = 1100, colorScheme = 'light' }: Look = {}) => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const address = pathToFileURL(path).href;
    const said: string[] = [];
    const asked: string[] = [];
    const refused: string[] = [];
    page.on('console', (message) => void said.push(message.text()));
    page.on('pageerror', (error) => void said.push(String(error)));
    page.on('request', (request) => {
      if (request.url() !== address && request.url() !== 'data:,') asked.push(request.url());
    });
    page.on('requestfailed', (request) => {
      if (request.failure()?.errorText === 'csp') refused.push(request.url());
    });
    await page.goto(address);
    return { page, said, asked, refused };
  };
  return {
    openFile,
    open(html, look) {
      pages += 1;
      const path = join(folder, `page-${pages}.html`);
      writeFileSync(path, html);
      return openFile(path, look);
    },
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What an audit for those who read by ear, by keyboard or with little contrast finds wrong. */
export async function auditOf(page: Page): Promise<string[]> {
  const { readFile } = await import('node:fs/promises');
  // Told to the browser by its debugger: the policy of the page lets no script in.
  await page.evaluate(await readFile(axePath, 'utf8'));
  const found: { id: string; help: string; nodes: { html: string }[] }[] = await page.evaluate(
    "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)",
  );
  return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html.slice(0, 160) ?? ''}`);
}
