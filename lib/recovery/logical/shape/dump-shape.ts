import type { Finding } from '../../../domain/findings/findings.ts';
import type { DumpEvent, DumpReader } from '../dump/dump-stream.ts';
import { DatabaseShape } from './database-shape.ts';

/**
 * Passes the events of a dump on, whatever its format, and says before its end which parts should be there and are not.
 * @throws DrillError DEFINITIONS_ABSENT
 */
export async function* watchingShape(reader: DumpReader): DumpReader {
  const shape = new DumpShape();
  for await (const event of reader) {
    shape.see(event);
    if (event.kind === 'end') for (const found of shape.findings()) yield { kind: 'finding', finding: found };
    yield event;
  }
}

/** What the events have told so far, database by database. */
class DumpShape {
  readonly #databases = new Map<string | null, DatabaseShape>();
  #current: DatabaseShape;
  /** An archive tells all of its entries at once, before they come. */
  #contentsKnown = false;

  constructor() {
    this.#current = this.#database(null);
  }

  /** @throws DrillError DEFINITIONS_ABSENT */
  see(event: DumpEvent): void {
    switch (event.kind) {
      case 'database':
        this.#current = this.#database(event.name);
        return;
      case 'contents':
        this.#contentsKnown = true;
        for (const entry of event.entries) this.#current.see(entry);
        return;
      case 'entry':
        if (!this.#contentsKnown) this.#current.see(event.entry);
        return;
      case 'rows-begin':
      case 'inserts':
        this.#current.rows(event.entry);
    }
  }

  /** What to say of a dump that was read to its end. */
  findings(): Finding[] {
    const several = this.#databases.size > 2;
    return [...this.#databases].flatMap(([name, shape]) =>
      shape.findings(several && name !== null ? ` of database ${name}` : ''),
    );
  }

  #database(name: string | null): DatabaseShape {
    const shape = this.#databases.get(name) ?? new DatabaseShape();
    this.#databases.set(name, shape);
    return shape;
  }
}
