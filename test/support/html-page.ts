import { expect } from 'vitest';

const parts =
  'html head meta title link style body a header p h1 svg circle path span dl div dt dd rect nav ul li main section h2 h3 ' +
  'figure figcaption details summary table caption thead tbody tr th td text line code b br footer';
const ours = new Set(parts.split(' '));

/** The tags of a page: their names, and those of their attributes. */
function tagsOf(page: string): { name: string; attributes: string[] }[] {
  const markup = page.replace(/<style>[\s\S]*?<\/style>/, '<style>');
  return [...markup.matchAll(/<([^!/>\s][^\s>/]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/g)].map(
    ([, name = '', attributes = '']) => ({
      name,
      attributes: [...attributes.matchAll(/\s([\w:-]+)(?:="[^"]*")?/g)].map((match) => match[1] ?? ''),
    }),
  );
}

/** The text that a reader gets, as a browser would give it. */
export const textOf = (page: string): string =>
  page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, '\n')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&#96;/g, '`')
    .replace(/&amp;/g, '&');

/** Whatever looks like a tag is one of ours, and none can act. */
export function expectOursAlone(page: string): void {
  const tags = tagsOf(page);
  expect(tags.length).toBeGreaterThan(50);
  // Whatever looks like a tag is one of ours: nothing else begins with a less-than sign.
  expect(page.match(/</g)?.length).toBe(
    tags.length + (page.match(/<\/[a-z0-9]+>/g)?.length ?? 0) + 1, // the doctype
  );
  expect([...new Set(tags.map(({ name }) => name))].filter((name) => !ours.has(name))).toEqual([]);
  const attributes = tags.flatMap(({ attributes }) => attributes);
  expect(attributes.filter((name) => /^on|^style$|^src$|^srcdoc$|^action$/.test(name))).toEqual([]);
}
