/** All but what XML 1.0 allows in a document (https://www.w3.org/TR/xml/#charsets); no escape can carry the others. */
const notXml = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // A parser turns bare line ends and tabs of an attribute into spaces.
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** Any text for an attribute of XML 1.0; forbidden characters are removed. */
export function xmlAttribute(text: string): string {
  return text.replace(notXml, '').replace(/[&<>"'\n\r\t]/g, (character) => entities[character] ?? '');
}

/** Any text for the content of an element, where line ends and tabs may stand as they are. */
export function xmlText(text: string): string {
  return text.replace(notXml, '').replace(/[&<>\r]/g, (character) => entities[character] ?? '');
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
