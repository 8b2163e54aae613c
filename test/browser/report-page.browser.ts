import { HtmlValidate } from 'html-validate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditPage } from '../../lib/domain/record/audit/audit-page.ts';
import { pastDrills } from '../../lib/domain/record/past-drills.ts';
import { renderHtml } from '../../lib/domain/record/report/html.ts';
import { renderSite } from '../../lib/domain/record/site/site.ts';
import { databasePagePath } from '../../lib/domain/record/site/site-paths.ts';
import { aHostileRecord, hostileName } from '../support/hostile-record.ts';
import { aFailedRecord, anUnverifiedRecord, aRecord } from '../support/records.ts';
import { aHugeRecord, newestWithPast, weeklyDrills } from '../support/sample-records.ts';
import { auditOf, type OurBrowser, startBrowser } from './support/browser.ts';

let browser: OurBrowser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

const { record, past } = newestWithPast();
const alone = { seal: { state: 'none' } } as const;
const site = new Map(
  renderSite(
    [
      { database: 'shop', records: weeklyDrills(40).reverse(), lastProven: record, nextDrill: null },
      { database: hostileName, records: [aHostileRecord(), anUnverifiedRecord()], lastProven: null },
    ],
    { asOf: '2026-11-29T10:00:00.000Z', drillsFolder: 'drills/' },
  ).map(({ path, text }) => [path, text]),
);
const drills = weeklyDrills();
const failed = drills.at(-6) ?? record;
const pages: Record<string, string> = {
  'a proven drill': renderHtml(record, {
    seal: { state: 'sealing', keyId: 'ed25519:abc' },
    recordSha256: 'f'.repeat(64),
    past,
  }),
  'a failed drill': renderHtml(failed, { ...alone, past: pastDrills(failed, drills) }),
  'the first drill, which failed': renderHtml(aFailedRecord(), {
    ...alone,
    past: { drills: [], lastProven: null },
  }),
  'a drill that could not run': renderHtml(anUnverifiedRecord(), alone),
  'an old record': renderHtml(aRecord(), alone),
  'a hostile record': renderHtml(aHostileRecord(), { ...alone, past }),
  'all databases': site.get('index.html') ?? '',
  'one database': site.get('databases/shop.html') ?? '',
  'a database with a hostile name': site.get(databasePagePath(hostileName)) ?? '',
  'an audit': auditPage(
    [
      {
        database: 'shop',
        records: weeklyDrills(40),
        due: ['2026-10-05T03:00:00.000Z', '2026-10-12T03:00:00.000Z', '2026-10-14T03:00:00.000Z'],
      },
      { database: hostileName, records: [aHostileRecord()], due: null },
    ],
    { from: '2026-01-01T00:00:00.000Z', to: '2026-11-01T00:00:00.000Z', asOf: '2026-11-29T10:00:00.000Z' },
  ),
  'a huge hostile record': renderHtml(aHugeRecord(5000, hostileName.repeat(40)), { ...alone, past }),
};

describe.each(Object.entries(pages))('the page of %s', (_what, html) => {
  test.each(['light', 'dark'] as const)(
    'is shown in %s without an error, a request or a barrier',
    async (colorScheme) => {
      const { page, said, asked } = await browser.open(html, { colorScheme });

      expect(await page.locator('h1').innerText()).not.toBe('');
      expect(await auditOf(page)).toEqual([]);
      expect(said).toEqual([]);
      expect(asked).toEqual([]);
      await page.close();
    },
  );

  test('does not scroll sideways at 400 pixels, and has no small print', async () => {
    const { page } = await browser.open(html, { width: 400 });

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
    const smallest = await page.evaluate(
      `Math.min(...[...document.querySelectorAll('body *')]
        .filter((one) => [...one.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim() !== ''))
        .map((one) => Number.parseFloat(getComputedStyle(one).fontSize)))`,
    );
    expect(smallest).toBeGreaterThanOrEqual(11.5);
    await page.close();
  });

  test('has every table whole at 400 pixels, each cell with the title of its column', async () => {
    const { page } = await browser.open(html, { width: 400 });
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");

    expect(
      await page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.ariaLabel)",
      ),
    ).toEqual([]);
    const untold = await page.evaluate(
      "[...document.querySelectorAll('table[role] td:not(:empty)')].filter((one) => !/[a-z]/i.test(getComputedStyle(one, '::before').content)).length",
    );
    expect(untold).toBe(0);
    await page.close();
  });

  test('is printed on A4', async () => {
    const { page } = await browser.open(html, { colorScheme: 'dark' });

    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    const boxes = [...pdf.matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)];
    expect(boxes.length).toBeGreaterThan(0);
    for (const [, width, height] of boxes) {
      expect(Number(width)).toBeCloseTo(595.3, -0.5);
      expect(Number(height)).toBeCloseTo(841.9, -0.5);
    }
    // On paper even a dark page is dark on light.
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    await page.close();
  });

  test('is light enough, and HTML as the standard has it', async () => {
    expect(Buffer.byteLength(html)).toBeLessThan(300_000);
    const judge = new HtmlValidate({
      extends: ['html-validate:standard', 'html-validate:a11y'],
      // Tables scroll by themselves at 400 pixels: by keyboard too, which needs the tab stop.
      rules: { 'no-redundant-role': 'off', 'prefer-native-element': 'off' },
    });
    const { results } = await judge.validateString(html);
    expect(
      results
        .flatMap(({ messages }) => messages)
        .map(({ ruleId, message, line }) => `${line}: ${ruleId}: ${message}`),
    ).toEqual([]);
  });
});

describe('the page of a proven drill', () => {
  const html = pages['a proven drill'] ?? '';

  test('draws each plot, and has what it draws in a table that a keyboard opens', async () => {
    const { page } = await browser.open(html, { width: 400 });

    const figures = await page.locator('figure').all();
    expect(figures).toHaveLength(4);
    for (const figure of figures) {
      const plot = await figure.locator('.plot').boundingBox();
      const marks = figure.locator('circle, rect.bar');
      expect(plot?.height).toBeGreaterThan(80);
      expect(await marks.count()).toBeGreaterThan(5);
      for (const mark of await marks.all()) {
        const at = await mark.boundingBox();
        expect(at?.width).toBeGreaterThan(0);
        expect(at?.x).toBeGreaterThanOrEqual((plot?.x ?? 0) - 1);
        expect((at?.x ?? 0) + (at?.width ?? 0)).toBeLessThanOrEqual((plot?.x ?? 0) + (plot?.width ?? 0) + 1);
      }
      expect(await figure.locator('table').isVisible()).toBe(false);
      await figure.locator('summary').focus();
      await page.keyboard.press('Enter');
      expect(await figure.locator('table').isVisible()).toBe(true);
      expect(await figure.locator('tbody tr').count()).toBe(await marks.count());
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
    expect(await auditOf(page)).toEqual([]);
    await page.close();
  });

  test('is reached by keyboard: first the way past the contents, then each part', async () => {
    const { page } = await browser.open(html);

    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement?.id')).toBe('content');
    const targets = await page
      .locator('nav a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    for (const target of targets) expect(await page.locator(`main ${target}`).count(), target ?? '').toBe(1);
    await page.close();
  });

  test('is light or dark as the reader wants', async () => {
    const colours = await Promise.all(
      (['light', 'dark'] as const).map(async (colorScheme) => {
        const { page } = await browser.open(html, { colorScheme });
        const colour = await page.evaluate('getComputedStyle(document.body).backgroundColor');
        await page.close();
        return colour;
      }),
    );
    expect(new Set(colours).size).toBe(2);
  });

  test('lets nothing act that a hostile name might have smuggled in', async () => {
    const smuggled =
      '<img src="https://evil.example/pixel.png" onerror="window.acted = 1"><script>window.acted = 2</script>' +
      '<p id="dressed" style="position:fixed">x</p><style>body{display:none}</style><iframe src="https://evil.example/"></iframe>' +
      '<form action="https://evil.example/"><button>go</button></form><link rel="stylesheet" href="https://evil.example/x.css">';
    const { page, said, asked, refused } = await browser.open(html.replace('</main>', `${smuggled}</main>`));

    expect(said.length).toBeGreaterThan(3);
    expect(said.filter((text) => !/Content Security Policy/.test(text))).toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
    expect(refused.sort()).toEqual(asked.sort());
    expect(await page.evaluate("'acted' in window")).toBe(false);
    expect(await page.evaluate('getComputedStyle(document.body).display')).toBe('block');
    expect(await page.evaluate("getComputedStyle(document.querySelector('#dressed')).position")).toBe(
      'static',
    );
    await page.close();
  });
});

test('the page of a hostile record shows names as they are written', async () => {
  const { page } = await browser.open(pages['a hostile record'] ?? '');

  expect(await page.locator('h1').innerText()).toContain('<script>alert(1)</script> & "q" \'s\'');
  expect(await page.locator('h1').innerText()).toContain('\\u{202e}dlrow');
  expect(await page.locator('script, img, iframe, a[href*="evil"], h1 *').count()).toBe(0);
  await page.close();
});
