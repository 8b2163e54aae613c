import { type Finding, finding } from '../../../domain/findings/findings.ts';
import {
  type AnnouncedObject,
  countedOnceRestored,
  type EntryAccount,
  type EntryOutcome,
  type RestoreAccount,
  type TableAccount,
} from '../../../domain/recovery/restore-account.ts';
import { KnownNames } from '../../../domain/server-errors/known-names.ts';
import type { DumpEntry } from '../dump/dump-stream.ts';
import { causesOf, type Failure, type MissingExtension, toldWithConsequences } from './failed-entries.ts';
import { repeatedDefinitions } from './repeated-definitions.ts';
import { TimedOutEntries } from './timed-out-entries.ts';

const notReached: EntryOutcome = { status: 'not reached' };

/** One entry while its statements run: the worst outcome of its parts wins. */
export class OpenEntry {
  readonly account: EntryAccount;
  #pending = 0;
  #closed = false;
  #left = false;
  readonly #onSettled: (account: EntryAccount) => void;

  /** @param onSettled one function for all entries: of each its own took 100 bytes */
  constructor(database: string, entry: DumpEntry, onSettled: (account: EntryAccount) => void) {
    const { id, type, schema, name, owner } = entry;
    this.account = {
      id,
      database,
      type,
      schema,
      name,
      owner,
      outcome: notReached,
      seconds: 0,
    };
    this.#onSettled = onSettled;
  }

  /** Names an entry that has no header by what its statement is about. */
  call(type: string, { schema, name }: { schema: string | null; name: string }): void {
    if (this.account.type !== 'STATEMENT') return;
    // Member by member: each account has the same hidden class then.
    this.account.type = type;
    this.account.schema = schema;
    this.account.name = name;
  }

  begin(): void {
    this.#pending += 1;
  }

  end(outcome: EntryOutcome, seconds: number): void {
    this.#pending -= 1;
    this.account.seconds += seconds;
    this.merge(outcome);
  }

  /** One statement will not run after all: the dump ended before its end. */
  leave(): void {
    this.#pending -= 1;
    this.#left = true;
    this.#settle();
  }

  /** Takes an outcome into account without a statement of its own. */
  merge(outcome: EntryOutcome): void {
    this.account.outcome = worse(this.account.outcome, outcome);
    this.#settle();
  }

  /** No more statements will come. */
  close(): void {
    this.#closed = true;
    if (this.#pending === 0 && !this.#left && this.account.outcome.status === 'not reached')
      this.account.outcome = { status: 'restored' };
    this.#settle();
  }

  #settle(): void {
    if (this.#closed && this.#pending === 0) this.#onSettled(this.account);
  }
}

const ranks: Record<EntryOutcome['status'], number> = {
  'not reached': 0,
  'skipped by policy': 1,
  restored: 2,
  'restored with changes': 3,
  failed: 4,
};
const rank = (outcome: EntryOutcome): number => ranks[outcome.status];

/** An entry of which a part was left out is restored with changes. */
function worse(a: EntryOutcome, b: EntryOutcome): EntryOutcome {
  const [low, high] = rank(a) < rank(b) ? [a, b] : [b, a];
  return low.status === 'skipped by policy' && high.status === 'restored'
    ? { status: 'restored with changes', rule: low.rule }
    : high;
}

/** The tag of an entry with its parts: `orders orders_pkey` names two objects, `f(integer)` a function. */
const namesOfTag = (tag: string): string[] => [tag, tag.replace(/\(.*$/s, ''), ...tag.split(' ')];

/** Findings of one code that are listed: nobody reads more, and a dump can make as many as it has statements. */
const mostOfOneCode = 500;

/** Collects the account of one attempt. */
export class AccountBook {
  readonly findings: Finding[] = [];
  readonly tables = new Map<string, TableAccount>();
  readonly databases: RestoreAccount['databases'] = [];
  readonly rolesCreated: string[] = [];
  /** Every name that the dump's table of contents and its definitions hold: what may be shown of a server's error. */
  readonly names = new KnownNames();
  readonly #timedOut = new TimedOutEntries();
  entriesDone = 0;
  rowsLoaded = 0;
  /** Bytes of all rows read so far. */
  rowsBytes = 0;
  readonly #entries = new Set<EntryAccount>();
  restoredBeside = 0;
  readonly #announcedByKey = new Map<string, AnnouncedObject>();
  readonly #found = new Map<string, Finding>();
  readonly #listed = new Map<Finding['code'], number>();
  readonly #unlisted = new Map<Finding['code'], number>();
  readonly #failures: Failure[] = [];
  readonly #missing: MissingExtension[] = [];

  entry(database: string, entry: DumpEntry): OpenEntry {
    const open = new OpenEntry(database, entry, this.#settle);
    this.#entries.add(open.account);
    this.names.learn(entry.schema, entry.owner, ...namesOfTag(entry.name));
    return open;
  }

  /** Keeps only the number of entries that nobody asks about; an outcome that is told later brings one back. */
  readonly #settle = (account: EntryAccount): void => {
    this.entriesDone += 1;
    const isListed = account.outcome.status !== 'restored' || !countedOnceRestored.has(account.type);
    if (isListed === this.#entries.has(account)) return;
    if (isListed) this.#entries.add(account);
    else this.#entries.delete(account);
    this.restoredBeside += isListed ? -1 : 1;
  };

  /** The account of a table's rows; null when the dump has brought none. */
  knownTable(database: string, schema: string, name: string): TableAccount | null {
    return this.tables.get(JSON.stringify([database, schema, name])) ?? null;
  }

  /** The account of a table's rows; one per table however many COPYs it has. */
  table(database: string, schema: string, name: string): TableAccount {
    const key = JSON.stringify([database, schema, name]);
    const known = this.tables.get(key);
    if (known !== undefined) return known;
    const fresh: TableAccount = {
      database,
      schema,
      name,
      rowsInDump: 0,
      rowsLoaded: 0,
      bytes: 0,
      seconds: 0,
    };
    this.tables.set(key, fresh);
    return fresh;
  }

  announce(object: AnnouncedObject): void {
    this.#announcedByKey.set(JSON.stringify(Object.values(object)), object);
  }

  /** Adds a finding once; the same sentence twice says nothing new. @returns the one that is in the account */
  find(finding: Finding): Finding {
    const key = `${finding.code} ${finding.message}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const listed = this.#listed.get(finding.code) ?? 0;
    if (listed >= mostOfOneCode) {
      this.#unlisted.set(finding.code, (this.#unlisted.get(finding.code) ?? 0) + 1);
      return finding;
    }
    this.#listed.set(finding.code, listed + 1);
    this.#found.set(key, finding);
    this.findings.push(finding);
    return finding;
  }

  /** All findings, and how many more there were of those that are too many to be listed. */
  get told(): Finding[] {
    const counted = [...this.#unlisted].map(([code, count]) =>
      finding(code, `${count} more of this kind ${count === 1 ? 'is' : 'are'} not listed`),
    );
    return [...this.findings, ...counted];
  }

  /** An entry that was not restored, with the finding that tells it. */
  fail(failure: Failure): void {
    this.#failures.push({ ...failure, finding: this.find(failure.finding) });
  }

  /** An extension of the database that is being loaded, which the sandbox will not have. */
  leaveOut(extension: MissingExtension): void {
    this.#missing.push({ ...extension, finding: this.find(extension.finding) });
  }

  /** At the end of a database: one finding for each cause, which tells its consequences. */
  tellCauses(database: string): void {
    const announced = this.announced.filter((object) => object.database === database);
    for (const cause of causesOf(this.#foldRepeated(), this.#missing.splice(0), announced)) {
      const { root, consequences } = cause;
      this.#fold(root.finding, toldWithConsequences(cause), consequences);
      // What a missing extension explains is expected by no check.
      if (!('lack' in root)) for (const { outcome } of consequences) outcome.failure = 'missing extension';
    }
  }

  /** Tells what a joined dump made again under the finding that the file was joined. @returns the failures that have another cause */
  #foldRepeated(): Failure[] {
    const failures = this.#failures.splice(0);
    const joined = this.findings.find(({ code }) => code === 'DUMPS_JOINED');
    const repetition = joined === undefined ? null : repeatedDefinitions(joined, failures);
    if (joined === undefined || repetition === null) return failures;
    this.#fold(joined, repetition.told, repetition.folded);
    return repetition.others;
  }

  /** Puts `told` in the place of the finding of the cause, and takes those of its consequences away. */
  #fold(cause: Finding, told: Finding, consequences: readonly Failure[]): void {
    const folded = new Set(consequences.map(({ finding }) => finding));
    const rest = this.findings.filter((finding) => !folded.has(finding) || finding === cause);
    this.findings.splice(0, this.findings.length, ...rest.map((found) => (found === cause ? told : found)));
  }

  /** Tells that an entry was ended. @returns the sentence @throws DrillError ENTRY_TIMED_OUT when there were too many of them */
  findTimedOut(what: string, limitSeconds: number): string {
    const found = this.#timedOut.add(what, limitSeconds);
    this.find(found);
    return found.message;
  }

  get entryAccounts(): EntryAccount[] {
    return [...this.#entries];
  }

  get announced(): AnnouncedObject[] {
    return [...this.#announcedByKey.values()];
  }
}
