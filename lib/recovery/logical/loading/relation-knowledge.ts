import type { RelationName } from '../policy/decision.ts';
import { type CatalogLook, lookAtCatalog, lookAtRelation } from './catalog-look.ts';
import type { Session } from './connection.ts';
import type { RelationMap } from './relation-map.ts';

/** What a look at one relation costs in relations of a look at everything: about a millisecond each way. */
const relationsPerLook = 200;
/** Single looks to begin with, while nobody knows how many relations there are. */
const leastLooks = 4;

/** Runs a look on a session of the database. @throws what ended the restore */
type Ask = (look: (session: Session) => Promise<CatalogLook>) => Promise<CatalogLook>;

/**
 * Keeps a RelationMap true while statements change the catalog. A dump that makes one table after the other, each with its
 * rows, changes it before every look: then only the one relation is looked at, because looking at everything would make
 * five thousand tables cost as much as twenty-five million. When single looks have cost as much as one at everything, that comes
 * next, and holds until the next change.
 */
export class RelationKnowledge {
  readonly #map: RelationMap;
  readonly #ask: Ask;
  #knowsAll = false;
  readonly #known = new Set<string>();

  constructor(map: RelationMap, ask: Ask) {
    this.#map = map;
    this.#ask = ask;
  }

  /** A statement that may have changed the catalog ran. */
  changed(): void {
    this.#knowsAll = false;
    this.#known.clear();
  }

  /** Looks at everything, unless nothing changed since. @throws what ended the restore */
  async everything(): Promise<void> {
    if (this.#knowsAll) return;
    this.#knowsAll = true;
    const { relations, parents } = await this.#ask(lookAtCatalog);
    this.#map.learn(relations, parents);
  }

  /** Makes sure that these are known as they are now. @throws what ended the restore */
  async of(relations: readonly RelationName[]): Promise<void> {
    for (const { schema, name } of relations) {
      // A relation without a schema is never known: what locks it locks everything.
      if (schema === null) continue;
      const key = JSON.stringify([schema, name]);
      if (this.#knowsAll || this.#known.has(key)) continue;
      const looks = Math.max(leastLooks, this.#map.size / relationsPerLook);
      if (this.#known.size >= looks || !/^[ -~]*$/.test(key)) return this.everything();
      this.#known.add(key);
      const { relations: found, parents } = await this.#ask((session) =>
        lookAtRelation(session, { schema, name }),
      );
      this.#map.learnSome(found, parents);
    }
  }
}
