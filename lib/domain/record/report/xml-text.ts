import { visibleLines, visibleText } from '../../text/visible-text.ts';

/** What XML 1.0 forbids in a document (https://www.w3.org/TR/xml/#charsets) and no escape can carry, made visible or not: U+FFFE and U+FFFF. */
const notXml = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Any text for an attribute of XML 1.0, on one line with nothing invisible in it. */
export function xmlAttribute(text: string): string {
  return visibleText(text)
    .replace(notXml, '')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** Any text for the content of an element, with its line ends and nothing else invisible in it. */
export function xmlText(text: string): string {
  return visibleLines(text)
    .replace(notXml, '')
    .replace(/[&<>]/g, (character) => entities[character] ?? '');
}

/** An element; attributes that are undefined are left out. `content` is XML already. */
export function xmlElement(
  name: string,
  attributes: Record<string, string | number | undefined>,
  content: string[] = [],
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${xmlAttribute(String(value))}"`)
    .join('');
  if (content.length === 0) return `<${name}${written}/>`;
  return `<${name}${written}>${content.join('')}</${name}>`;
}
