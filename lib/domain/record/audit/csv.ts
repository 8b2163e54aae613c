import { visibleText } from '../../text/visible-text.ts';

type Cell = string | number | null;

/** A table by RFC 4180. Spreadsheets run what begins like a formula, so such a text gets an apostrophe before it. */
export const renderCsv = (header: string[], rows: Cell[][]): string =>
  `${[header, ...rows].map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`;

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const text = visibleText(cell);
  const safe = /^\s*[=+\-@|%]/.test(text) ? `'${text}` : text;
  return /[",\r\n']|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
