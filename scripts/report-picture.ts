// Renews docs/images/report.png from sample records:   npm run docs:picture     (needs a chromium, as npm run test:browser does)
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { renderHtml } from '../lib/domain/record/report/html.ts';
import { newestWithPast } from '../test/support/sample-records.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const { record, past } = newestWithPast();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 960, height: 1150 }, colorScheme: 'light' });
await page.setContent(
  renderHtml(record, {
    seal: { state: 'sealing', keyId: 'ed25519:5d41c8e0' },
    recordSha256: '7'.repeat(64),
    past,
  }),
);
// What a visitor of the repository sees first: the banner, where the time went, and how it went over time.
await page.evaluate("for (const id of ['findings', 'objectives']) document.getElementById(id).remove()");
mkdirSync('docs/images', { recursive: true });
await page.screenshot({ path: 'docs/images/report.png' });
await browser.close();
