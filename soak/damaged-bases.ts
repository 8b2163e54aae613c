import { linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { World } from '../test/e2e/support/world.ts';
import { type ArchivedForms, type BackupForm, makeArchivedForms } from './backup-forms.ts';
import { type LyingBackup, recoveredByPostgres } from './backup-oracle.ts';
import { type DamagedBackup, damagedBackupBy } from './damaged-backup.ts';
import { type KeptDrill, keptDrill } from './kept-drill.ts';
import { differenceOf, type Restored } from './restored.ts';
import { type Seen, tally } from './trial.ts';

/** A drill of these 30 MB takes three seconds on a quiet machine. */
const longestDrillSeconds = 180;
const mostMegabytes = 200;

/** What is drilled: a form, and what it is recovered to. */
type Asked = Pick<DamagedBackup, 'form' | 'aim'>;

/** Drills of damaged base backups by the shipped command, each PROVEN one held against PostgreSQL's own recovery. */
export class DamagedBases {
  readonly #archived: ArchivedForms;
  readonly #world: World;
  /** What is recovered of each healthy form for an aim, so far. */
  readonly #healthy = new Map<string, Restored>();
  /** Without the bytes, which are up to 30 MB each. */
  readonly #damages: Omit<DamagedBackup, 'file'>[] = [];
  readonly #outcomes: string[] = [];
  readonly #codes: string[] = [];
  #mostSeconds = 0;
  #mostMegabytes = 0;

  private constructor(archived: ArchivedForms, world: World) {
    this.#archived = archived;
    this.#world = world;
  }

  /** Makes the base backups; takes some ten seconds. @param commandLine the built program that drills them */
  static async open(commandLine: string): Promise<DamagedBases> {
    const world = await World.open({ commandLine: { file: commandLine } });
    return new DamagedBases(await makeArchivedForms(), world);
  }

  /** Drills the base backup of a seed. @param failures takes what is wrong */
  async drill(seed: number, failures: Seen['failures'], say: (text: string) => void): Promise<void> {
    const damaged = damagedBackupBy(seed, this.#archived.forms);
    const told = `base backup (${damaged.form.name}) to ${damaged.aim}, ${damaged.part} ${damaged.kind} at ${damaged.where}`;
    const wrong = (what: string): void => {
      failures.push({ seed, what: `${told}: ${what}` });
      say(`  seed ${seed}: WRONG: ${what}`);
    };
    const healthy = await this.#healthyOf(damaged);
    const { file, ...rest } = damaged;
    this.#damages.push(rest);
    const laid = { ...rest, form: this.#laid(damaged.form, file) };
    const outcome = await this.#drilled(laid).then(
      (drilled) => this.#judged(laid, drilled, healthy, wrong),
      (error: Error) => {
        wrong(error.message.slice(0, 2000));
        return 'no verdict';
      },
    );
    this.#outcomes.push(outcome);
    say(`  seed ${seed}: ${told}: ${outcome}`);
  }

  /** For the table. */
  get figures(): Seen['figures'] {
    const each = (what: (damaged: Omit<DamagedBackup, 'file'>) => string): string =>
      tally(this.#damages.map(what));
    const megabytes = `${this.#mostMegabytes.toFixed(0)} MB (limit ${mostMegabytes} MB)`;
    return [
      ['base backups', each(({ form }) => form.name)],
      ['recovered to', each(({ aim }) => aim)],
      ['what was damaged of them', each(({ part }) => part)],
      ['their damage', each(({ kind }) => kind)],
      ['their verdicts', tally(this.#outcomes)],
      ['findings that decided them', tally(this.#codes)],
      ['their longest drill', `${this.#mostSeconds.toFixed(1)} s (limit ${longestDrillSeconds} s)`],
      ['most memory of a process of theirs', megabytes],
    ];
  }

  close(): void {
    this.#world.remove();
    rmSync(this.#archived.folder, { recursive: true, force: true });
  }

  async #judged(
    asked: Asked,
    { record, ours, megabytes, left }: KeptDrill,
    healthy: Restored,
    wrong: (what: string) => void,
  ): Promise<string> {
    if (left.length > 0) wrong(`left: ${left.join('; ')}`);
    if (megabytes > mostMegabytes) wrong(`${megabytes.toFixed(0)} MB of a process of ours`);
    for (const { code, message } of record.findings)
      if (code === 'INTERNAL_ERROR') wrong(`${code}: ${message}`);
    if (record.verdict !== 'PROVEN') {
      const severity = record.verdict === 'NOT_PROVEN' ? 'error' : 'unverified';
      const code = record.findings.find((finding) => finding.severity === severity)?.code;
      if (code === undefined) wrong(`${record.verdict} without a word`);
      else this.#codes.push(code);
      return record.verdict;
    }
    const theirs = await recoveredByPostgres(this.#lying(asked));
    if (theirs.kind === 'refused') {
      wrong(`PROVEN, and ${theirs.by} refuses it: ${theirs.reason.slice(0, 300)}`);
      return 'PROVEN against the oracle';
    }
    const other = differenceOf(theirs.restored, ours);
    if (other !== null) wrong(`PROVEN, and PostgreSQL recovers something else: ${other}`);
    const lost = differenceOf(healthy, ours);
    if (lost !== null) wrong(`PROVEN, and it is not what was backed up: ${lost}`);
    return other === null && lost === null ? 'PROVEN, nothing lost' : 'PROVEN against the oracle';
  }

  /** What PostgreSQL recovers of the healthy form, and we as well: without that the trial is worth nothing. */
  async #healthyOf({ form, aim }: Asked): Promise<Restored> {
    const key = `${form.name} to ${aim}`;
    const known = this.#healthy.get(key);
    if (known !== undefined) return known;
    const theirs = await recoveredByPostgres(this.#lying({ form, aim }));
    if (theirs.kind === 'refused')
      throw new Error(`${theirs.by} refuses the healthy ${key}: ${theirs.reason}`);
    const { record, ours } = await this.#drilled({ form: this.#laid(form), aim });
    const difference = differenceOf(theirs.restored, ours);
    if (record.verdict !== 'PROVEN' || difference !== null)
      throw new Error(`the healthy ${key} is ${record.verdict}: ${difference}`);
    this.#healthy.set(key, theirs.restored);
    return theirs.restored;
  }

  #lying({ form, aim }: Asked): LyingBackup {
    return { form, aim, moment: this.#archived.moment };
  }

  async #drilled({ form, aim }: Asked): Promise<KeptDrill> {
    const target = { latest: [], moment: ['--at', this.#archived.moment], immediate: ['--immediate'] }[aim];
    const words = ['--base', form.base, '--wal', form.wal, ...target];
    const drilled = await keptDrill(this.#world, words, longestDrillSeconds);
    this.#mostSeconds = Math.max(this.#mostSeconds, drilled.seconds);
    this.#mostMegabytes = Math.max(this.#mostMegabytes, drilled.megabytes);
    return drilled;
  }

  /** Links to all files of a form but the damaged one. */
  #laid(form: BackupForm, damaged?: DamagedBackup['file']): BackupForm {
    const around = this.#world.path('case');
    rmSync(around, { recursive: true, force: true });
    const laid = { ...form, base: join(around, 'base'), wal: join(around, 'wal') };
    for (const of of ['base', 'wal'] as const) linkAll(form[of], laid[of]);
    if (damaged === undefined) return laid;
    const path = join(laid[damaged.of], damaged.name);
    // Not through the link, at whose other end the healthy file is.
    rmSync(path);
    writeFileSync(path, damaged.bytes);
    return laid;
  }
}

function linkAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkAll(source, target);
    else linkSync(source, target);
  }
}
