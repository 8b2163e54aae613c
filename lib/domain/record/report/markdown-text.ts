import { visibleText } from '../../text/visible-text.ts';

/**
 * Every ASCII character that means something to CommonMark or GFM inside a line, HTML and tables included. An
 * underscore between letters or digits never marks emphasis, so names like order_items stay readable.
 */
const special = /[\\`*{}[\]<>#|~&$!]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;

/**
 * Any text as literal Markdown on one line: no emphasis, link, HTML, table cell or list can come out of it.
 * GFM links bare `www.` and `https://` without any markup, so they are broken up too.
 */
export function markdownText(text: string): string {
  return visibleText(text)
    .replace(special, '\\$&')
    .replace(/(?<=http|https|ftp):\/\//gi, '\\://')
    .replace(/www\./gi, (prefix) => `${prefix.slice(0, -1)}\\.`)
    .replace(/^(\s*)([-+=])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2');
}

/**
 * A sentence of ours that may quote commands in single backticks: those become code spans, all else is literal. Not
 * for table cells, where GFM splits code spans at pipes.
 */
export function markdownSentence(text: string): string {
  return visibleText(text)
    .split(/(`[^`]+`)/)
    .map((part, place) => (place % 2 === 1 ? part : markdownText(part)))
    .join('');
}

/** A table with a header row. Cells are Markdown already. */
export function markdownTable(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
