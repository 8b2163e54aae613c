import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { visibleText } from '../../text/visible-text.ts';

export interface TerminalColumn {
  header: string;
  cells: string[];
  align?: 'left' | 'right';
  /** Shortened down to this many columns when space is short; absent: never shortened. */
  leastWidth?: number;
  /** Left out when even shortening does not help, highest number first; absent: always kept. */
  dropOrder?: number;
  /** Which end of a shortened text stays readable: of a key that is its end. */
  keep?: 'start' | 'end';
  /** Colours the shown text of a cell, which has its final width by then. */
  paint?(text: string, row: number): string;
}

const gap = '  ';

/** Columns side by side in at most `width` terminal columns, as far as the columns allow. Cells are made visible. */
export function terminalTable(
  columns: TerminalColumn[],
  width: number,
  paintHeader: (text: string) => string = (text) => text,
): string {
  const shown = fitting(
    columns.map((column) => ({ ...column, cells: column.cells.map(visibleText) })),
    width,
  );
  const widths = shrunk(shown, width);
  const rows = shown[0]?.cells.length ?? 0;
  const line = (cell: (column: TerminalColumn, width: number) => string) =>
    shown
      .map((column, place) => cell(column, widths[place] ?? 0))
      .join(gap)
      .trimEnd();
  const body = Array.from({ length: rows }, (_, row) =>
    line((column, width) => {
      const text = fitted(column.cells[row] ?? '', width, column);
      return column.paint === undefined ? text : column.paint(text, row);
    }),
  );
  return [paintHeader(line((column, width) => fitted(column.header, width, column))), ...body].join('\n');
}

const naturalWidth = ({ header, cells }: TerminalColumn) =>
  Math.max(...[header, ...cells].map((text) => stringWidth(text)));
const smallestWidth = (column: TerminalColumn) =>
  Math.min(
    naturalWidth(column),
    Math.max(column.leastWidth ?? Number.POSITIVE_INFINITY, stringWidth(column.header)),
  );
const total = (widths: number[]) =>
  widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);

function fitting(columns: TerminalColumn[], width: number): TerminalColumn[] {
  if (total(columns.map(smallestWidth)) <= width) return columns;
  const droppable = columns.filter((column) => column.dropOrder !== undefined);
  const first = droppable.sort((a, b) => (b.dropOrder ?? 0) - (a.dropOrder ?? 0))[0];
  return first === undefined
    ? columns
    : fitting(
        columns.filter((column) => column !== first),
        width,
      );
}

/** Takes the missing columns from the widest that may shrink, one at a time. */
function shrunk(columns: TerminalColumn[], width: number): number[] {
  const widths = columns.map(naturalWidth);
  const floors = columns.map(smallestWidth);
  for (let excess = total(widths) - width; excess > 0; excess -= 1) {
    const room = widths.map((have, place) => (have > (floors[place] ?? have) ? have : -1));
    const widest = room.indexOf(Math.max(...room));
    if ((room[widest] ?? -1) < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function fitted(text: string, width: number, { align, keep }: TerminalColumn): string {
  const short = cliTruncate(text, width, { position: keep === 'end' ? 'start' : 'end' });
  const padding = ' '.repeat(Math.max(0, width - stringWidth(short)));
  return align === 'right' ? padding + short : short + padding;
}
