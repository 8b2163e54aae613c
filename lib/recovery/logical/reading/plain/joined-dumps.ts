import { sectionOf } from './entry-section.ts';

/** A later dump may begin with these by design: a database of its own (--create), or data for the definitions above (-a). */
const meantSo: ReadonlySet<string> = new Set(['DATABASE', 'BLOB', 'BLOB METADATA']);

/** So may one with the data or the keys of the definitions above: `-s` and `-a`, or the three sections one after the other. */
function continues(type: string): boolean {
  const section = sectionOf(type);
  return meantSo.has(type) || section === 'data' || section === 'post-data';
}

/**
 * Notices that a file holds another dump behind the first: `pg_dump a >> f; pg_dump b >> f`. A cluster dump holds
 * several by design, and globals may stand beside a dump.
 */
export class JoinedDumps {
  #clusters = 0;
  #databases = 0;
  /** Where a later dump began of which it is not known yet what it begins with. */
  #undecidedLine: number | null = null;

  begin(of: 'database' | 'cluster', line: number, inCluster: boolean): void {
    if (of === 'database' && inCluster) return;
    const before = of === 'cluster' ? this.#clusters++ : this.#databases++;
    if (before > 0) this.#undecidedLine = line;
  }

  /** The first entry of a dump, by its type, or its end. Gives what to say, else null. */
  entry(type: string | null): string | null {
    const line = this.#undecidedLine;
    this.#undecidedLine = null;
    return line === null || (type !== null && continues(type))
      ? null
      : `a second dump begins at line ${line} of the same file, and goes into the same database as the one above it`;
  }
}
