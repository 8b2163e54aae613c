import { visibleText } from '../../../text/visible-text.ts';

/** A piece of HTML that was written by `html`, and by nothing else. */
export class Markup {
  /** Never set from a record: `html` alone escapes. */
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: texts are escaped, markup is taken as it is, lists one after the other, null is nothing. */
export type Content = string | number | Markup | null | readonly Content[];

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Any text as literal HTML, in an element or in a quoted attribute, with nothing invisible in it. */
export const htmlText = (text: string): string =>
  visibleText(text).replace(/[&<>"'`]/g, (character) => escapes[character] ?? character);

/** The one way to write HTML here: whatever is put into the template is text, unless it is markup itself. */
export function html(template: TemplateStringsArray, ...values: Content[]): Markup {
  return new Markup(template.map((part, place) => part + rendered(values[place] ?? null)).join(''));
}

function rendered(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'number') return String(content);
  return typeof content === 'string' ? htmlText(content) : content.map(rendered).join('');
}

/** As long as a name of a database and a file may sensibly be; beyond it somebody wants to fill the page. */
const longestName = 240;
const longestSentence = 1200;

/** A name, its middle left out where it is longer than anyone reads: both ends tell names apart. */
export function shortName(text: string, most = longestName): string {
  const characters = [...text.slice(0, most * 2), ...(text.length > most * 2 ? text.slice(-most) : '')];
  if (characters.length <= most) return text;
  const head = Math.ceil((most * 2) / 3);
  return `${characters.slice(0, head).join('')} … ${characters.slice(-(most - head)).join('')}`;
}

/** A sentence of ours that may quote commands in single backticks: those become code, all else is literal. */
export function htmlSentence(text: string, most = longestSentence): Markup {
  const short = shortName(text, most);
  return html`${short
    .split(/(`[^`]+`)/)
    .map((part, place) => (place % 2 === 1 ? html`<code>${part.slice(1, -1)}</code>` : part))}`;
}

/**
 * As many of the things as fit, in their order and at least the first; those behind are not even written. What is left over is
 * told by whoever lists them.
 */
export function fitting<Thing>(
  things: readonly Thing[],
  write: (thing: Thing) => Markup,
  room: { most: number; bytes: number },
): Markup[] {
  const kept: Markup[] = [];
  let bytes = 0;
  for (const thing of things.slice(0, room.most)) {
    const piece = write(thing);
    bytes += Buffer.byteLength(piece.text);
    if (bytes > room.bytes && kept.length > 0) break;
    kept.push(piece);
  }
  return kept;
}
