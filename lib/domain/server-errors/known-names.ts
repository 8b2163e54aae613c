import { builtInOperators, builtInSchemas, builtInTypes } from './built-in-names.ts';
import { namesIn } from './sql-names.ts';

/** More names than this are not remembered: those that come later are masked. */
const mostNames = 200_000;
/** Longer texts are no name: PostgreSQL's have at most 63 bytes, and a name with schema and database three of them. */
const longestName = 400;
/** Suffixes of the names that PostgreSQL gives to constraints that have none (ChooseConstraintName). */
const givenSuffix = /_(?:pkey|key|fkey|check|excl|not_null|idx)\d*$/;

/**
 * The names that may be shown: those of the dump's table of contents, of its definitions or of a query of ours. None of
 * them can be a row's value, because no row was read for them.
 */
export class KnownNames {
  readonly #names = new Set<string>();
  readonly #more: KnownNames | null;

  /** @param more names that are known besides, and may become more */
  constructor(names: Iterable<string | null> = [], more: KnownNames | null = null) {
    this.#more = more;
    this.learn(...names);
  }

  learn(...names: (string | null)[]): void {
    for (const name of names) {
      if (name === null || name === '' || name.length > longestName) continue;
      if (this.#names.size >= mostNames || this.#has(name)) continue;
      // A copy: a part of a text would keep the whole text in memory.
      this.#names.add(structuredClone(name));
    }
  }

  /** Learns every name that stands in a definition. Never for statements that hold rows. */
  learnFrom(sql: string): void {
    for (const name of namesIn(sql)) this.learn(name);
  }

  /** True for a name of the dump, of the server, or one that the server made out of such names. */
  hasName(name: string): boolean {
    return this.#has(name) || this.#isGiven(name);
  }

  /** True for `schema.name` and the like, whose every part is known. */
  hasPath(path: string): boolean {
    return path.length <= longestName && (this.hasName(path) || this.#isMadeOfNames(path, '.'));
  }

  /** True for a type as messages write it: `integer`, `character varying(20)`, `public."Mood"[]`. */
  hasType(type: string): boolean {
    const bare = type.replace(/(?:\[\])+$/, '').replace(/\(\d+(?:,\d+)?\)/, '');
    return builtInTypes.has(bare) || this.hasPath(bare.replaceAll('"', ''));
  }

  /** True for `public.f(integer, text)`, whose name and types are known. */
  hasSignature(signature: string): boolean {
    const found = /^([^(]*)\((.*)\)$/s.exec(signature);
    return found !== null && this.hasPath(found[1] ?? '') && this.#hasTypes(found[2] ?? '');
  }

  /** True for `integer = text` or `- text`: built-in operators between known types. */
  hasOperation(operation: string): boolean {
    const found = /^(?:(.+) )?([^\sA-Za-z0-9"]+)(?: (.+))?$/s.exec(operation);
    if (found === null || !builtInOperators.has(found[2] ?? '')) return false;
    const types = [found[1], found[3]].filter((type) => type !== undefined);
    return types.length > 0 && types.every((type) => this.hasType(type));
  }

  #hasTypes(list: string): boolean {
    return list === '' || list.split(', ').every((type) => type === '*' || this.hasType(type));
  }

  #has(name: string): boolean {
    if (this.#names.has(name) || builtInSchemas.has(name)) return true;
    const more = this.#more;
    return more === null ? false : more.#has(name);
  }

  /** `orders_customer_id_fkey`: a known table, then known columns, then PostgreSQL's own suffix. */
  #isGiven(name: string): boolean {
    const suffix = givenSuffix.exec(name);
    return suffix !== null && name.length <= 63 && this.#isMadeOfNames(name.slice(0, suffix.index), '_');
  }

  /** True when the text is known names with separators between them; either may hold the other. */
  #isMadeOfNames(text: string, separator: string): boolean {
    const ends = [...text.matchAll(separator === '.' ? /\./g : /_/g)].map(({ index }) => index);
    const starts = [0];
    for (const end of [...ends, text.length])
      if (starts.some((start) => this.#has(text.slice(start, end)))) starts.push(end + 1);
    return starts.at(-1) === text.length + 1;
  }
}
