import type { DumpContent } from '../support/corpus.ts';
import type { SourceServer } from '../support/source-server.ts';
import { clinicSql, dumpAs, type Format, fileNames, formats } from './healthy.ts';
import type { MutantKindName } from './honesty.ts';
import { inTheFile } from './in-the-file.ts';
import { inTheSource } from './in-the-source.ts';
import { damageText, inTheText } from './in-the-text.ts';
import { randomOf } from './random.ts';

/** A dump before and after it was damaged. */
export interface Mutant {
  kind: MutantKindName;
  format: Format;
  seed: number;
  fileName: string;
  healthy: DumpContent;
  damaged: DumpContent;
  /** What the source tells of the healthy dump. */
  witness: string;
}

/** Makes mutants of one kind. */
export interface MutantKind {
  kind: MutantKindName;
  where: 'the source' | 'the file' | 'the text';
  formats: readonly Format[];
}

export const mutantKinds: readonly MutantKind[] = [
  ...(Object.keys(inTheSource) as (keyof typeof inTheSource)[]).map((kind) => ({
    kind,
    where: 'the source' as const,
    formats,
  })),
  ...(Object.keys(inTheFile) as (keyof typeof inTheFile)[]).map((kind) => ({
    kind,
    where: 'the file' as const,
    formats: inTheFile[kind].formats,
  })),
  ...(Object.keys(inTheText) as (keyof typeof inTheText)[]).map((kind) => ({
    kind,
    where: 'the text' as const,
    formats: inTheText[kind].formats,
  })),
];

/** Makes mutants from databases that the seeds draw; each database and each of its dumps is made once. */
export class Mutants {
  readonly #source: SourceServer;
  readonly #databases = new Map<number, Promise<string>>();
  readonly #healthy = new Map<string, Promise<DumpContent>>();
  readonly #witnesses = new Map<number, Promise<string>>();

  constructor(source: SourceServer) {
    this.#source = source;
  }

  /** @param seed draws the database (few differ, for the sake of time) and the place of the damage */
  async make({ kind, where }: MutantKind, format: Format, seed: number): Promise<Mutant> {
    const random = randomOf(seed * 104_729);
    const database = 1 + (seed % 5);
    const healthy = await this.#healthyDump(database, format);
    const damaged = await this.#damage(where, kind, { format, database, healthy, random });
    const witness = await made(this.#witnesses, database, async () =>
      this.#source.witness(await this.#database(database)),
    );
    return { kind, format, seed, fileName: fileNames[format], healthy, damaged, witness };
  }

  async #damage(
    where: MutantKind['where'],
    kind: string,
    of: { format: Format; database: number; healthy: DumpContent; random: ReturnType<typeof randomOf> },
  ): Promise<DumpContent> {
    const { format, database, healthy, random } = of;
    if (where === 'the file') return inTheFile[kind as keyof typeof inTheFile].damage(healthy, random);
    if (where === 'the text')
      return damageText(inTheText[kind as keyof typeof inTheText].damage, healthy, random);
    const sql = inTheSource[kind as keyof typeof inTheSource](random);
    const name = await this.#source.copyOf(await this.#database(database), sql);
    try {
      return dumpAs(this.#source, name, format);
    } finally {
      await this.#source.sql(`DROP DATABASE "${name}"`);
    }
  }

  #database(seed: number): Promise<string> {
    return made(this.#databases, seed, () => this.#source.database(clinicSql(seed)));
  }

  #healthyDump(seed: number, format: Format): Promise<DumpContent> {
    return made(this.#healthy, `${seed} ${format}`, async () =>
      dumpAs(this.#source, await this.#database(seed), format),
    );
  }
}

function made<K, V>(of: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const known = of.get(key) ?? make();
  of.set(key, known);
  return known;
}
