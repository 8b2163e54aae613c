import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
} from 'yaml';

/** One mistake in a configuration, with its place. Lines and columns count from 1. */
export interface ConfigProblem {
  line: number;
  column: number;
  /** Dotted, e.g. `databases.cleaning.objectives.rto`; empty for the file as a whole. */
  path: string;
  /** Lower case, no full stop, with the offending value. */
  message: string;
  /** What to do, or null when the message says it. */
  hint: string | null;
}

export type Path = readonly (string | number)[];

/** `databases.cleaning.checks[2].rows.min` */
export function dotted(path: Path): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    return text === '' ? segment : `${text}.${segment}`;
  }, '');
}

/** Finds places in a YAML document, also behind aliases and merge keys. */
export class PlaceFinder {
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  /**
   * Line and column of what stands at a path: of the key where `wanted` is `key`, else of the value; of the nearest
   * thing around it when there is nothing. `found` tells how many segments of the path exist.
   */
  place(path: Path, wanted: 'key' | 'value'): { line: number; column: number; found: number } {
    let node: unknown = this.#document.contents;
    let offset = offsetOf(node) ?? 0;
    let found = 0;
    for (const [index, segment] of path.entries()) {
      const step = this.#step(node, segment);
      if (step === null) break;
      found = index + 1;
      const last = found === path.length;
      // Something missing inside is told at the key of what it is missing from.
      offset =
        (last && wanted === 'value' ? offsetOf(step.value) : undefined) ?? offsetOf(step.key) ?? offset;
      node = step.value;
    }
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col, found };
  }

  /** Line and column of an offset. */
  at(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }

  #step(node: unknown, segment: string | number): { key: unknown; value: unknown } | null {
    const resolved = isAlias(node) ? node.resolve(this.#document) : node;
    if (isSeq(resolved)) {
      const value = typeof segment === 'number' ? resolved.items[segment] : undefined;
      return value === undefined ? null : { key: value, value };
    }
    if (!isMap(resolved)) return null;
    // The last of two equal keys is the one whose value counts.
    const pair = resolved.items.findLast((item) => isPair(item) && keyText(item) === String(segment));
    if (pair !== undefined) return { key: pair.key, value: pair.value };
    for (const item of resolved.items) {
      if (keyText(item) !== '<<') continue;
      const merged = isSeq(item.value) ? item.value.items : [item.value];
      for (const source of merged) {
        const step = this.#step(source, segment);
        if (step !== null) return step;
      }
    }
    return null;
  }
}

/** The text of a pair's key. */
export function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
