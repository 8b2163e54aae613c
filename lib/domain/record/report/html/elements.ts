import { formatCount } from '../../../text/quantities.ts';
import { type Content, fitting, html, type Markup } from './markup.ts';

/** A column of a table. */
interface Column {
  title: string;
  /** Figures stand at the right, one below the other. */
  figures?: boolean;
}

interface TableOptions {
  /** What the table holds, for those who hear it. */
  caption: string;
  columns: Column[];
  /** Rows of cells, made one after the other: none beyond what fits is kept. */
  rows: Content[][];
  /** What its rows are, e.g. `tables`, and where all of them stand. */
  rest?: { what: string; where: string };
  room?: { most: number; bytes: number };
}

const wholePage = { most: 300, bytes: 40_000 };

/**
 * A table, cut where it would make the page heavy – and says so. On a narrow screen each row stands by itself, every cell with the title of
 * its column. Some browsers take a table that is laid out so for none: the roles tell it to those who hear it.
 */
export function dataTable({ caption, columns, rows, rest, room = wholePage }: TableOptions): Markup {
  const cell = (content: Content, { title, figures }: Column) =>
    html`<td role="cell"${figures === true ? html` class="figure"` : null} data-column="${title}">${content}</td>`;
  const line = (cells: Content[]): Markup =>
    html`<tr role="row">${columns.map((column, place) => {
      const content = cells[place] ?? null;
      return place === 0 ? html`<th scope="row" role="rowheader">${content}</th>` : cell(content, column);
    })}</tr>\n`;
  const shown = fitting(rows, line, room);
  const more = rows.length - shown.length;
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table role="table">
<caption class="spoken">${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(({ title, figures }) => html`<th scope="col" role="columnheader"${figures === true ? html` class="figure"` : null}>${title}</th>`)}</tr></thead>
<tbody role="rowgroup">
${shown}</tbody>
</table></div>
${more > 0 ? html`<p class="more">… and ${formatCount(more)} more ${rest?.what ?? 'rows'}: ${rest?.where ?? 'record.json lists all'}.</p>\n` : null}`;
}

/** Facts, each with its name. */
export const factList = (facts: readonly (readonly [name: string, value: Content])[]): Markup =>
  html`<dl class="facts">
${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>\n`;

/** A part of the page under its own heading. `id` is ours, never of a record. */
export const section = (id: string, title: string, ...content: Content[]): Markup =>
  html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${content}</section>\n`;

interface PlotOptions {
  id: string;
  title: string;
  /** What the plot shows, in a sentence: read aloud in its place. */
  says: string;
  drawing: Markup;
  /** The same as a table. */
  table: Markup;
  note?: Content;
}

/** A plot with its table. */
export const figure = ({ id, title, says, drawing, table, note }: PlotOptions): Markup =>
  html`<figure id="${id}" aria-labelledby="${id}-title">
<figcaption id="${id}-title">${title}</figcaption>
<div class="plot" role="img" aria-label="${says}">${drawing}</div>
${note === undefined || note === null ? null : html`<p class="note">${note}</p>\n`}<details><summary>${title} as a table</summary>
${table}</details>
</figure>\n`;
