import { setImmediate as turn } from 'node:timers/promises';
import type { DumpEntry, Statement } from '../dump/dump-stream.ts';
import type { Decision } from '../policy/decision.ts';
import type { RestorePolicy } from './restore-policy.ts';
import type { TargetFacts } from './server-facts.ts';

/** A database's name in the dump and in the sandbox. */
export interface DatabaseName {
  dump: string;
  sandbox: string;
}

/** Decisions made before their turn at most: some 0.5 kB each. */
const mostAhead = 500;

/** The policy's decisions on the statements of one attempt, some of them made before their turn. */
export class Decisions {
  readonly #policy: RestorePolicy;
  readonly #facts: TargetFacts;
  readonly #masterRole: string;
  readonly #ahead = new Map<Statement, Decision>();

  constructor(policy: RestorePolicy, facts: TargetFacts, masterRole: string) {
    this.#policy = policy;
    this.#facts = facts;
    this.#masterRole = masterRole;
  }

  /** The decision on a statement whose turn it is. */
  on(entry: DumpEntry, statement: Statement, databaseName: DatabaseName): Decision {
    const known = this.#ahead.get(statement);
    this.#ahead.delete(statement);
    return known ?? this.#decide(entry, statement, databaseName);
  }

  /** The same, while its turn is still to come. The policy learns from what it sees: ask in the dump's order. */
  before(entry: DumpEntry, statement: Statement, databaseName: DatabaseName): Decision {
    const decision = this.#ahead.get(statement) ?? this.#decide(entry, statement, databaseName);
    this.#ahead.set(statement, decision);
    return decision;
  }

  /**
   * Decides on what is to come while something else is waited for: the server takes 30 to 60 ms to make a database, the statements of
   * a small dump as long to parse. @param entries in the order in which their turn comes
   */
  async while(
    waiting: Promise<unknown>,
    entries: Iterable<DumpEntry>,
    databaseName: DatabaseName,
  ): Promise<void> {
    let over = false;
    const end = (): void => {
      over = true;
    };
    waiting.then(end, end);
    for (const entry of entries) {
      for (const statement of entry.statements) {
        await turn();
        if (over || this.#ahead.size >= mostAhead) return;
        this.before(entry, statement, databaseName);
      }
    }
  }

  #decide(entry: DumpEntry, statement: Statement, databaseName: DatabaseName): Decision {
    return this.#policy.decide(statement, {
      targetMajor: this.#facts.majorVersion,
      masterRole: this.#masterRole,
      availableExtensions: this.#facts.availableExtensions,
      superuserRoles: this.#facts.superuserRoles,
      databaseName,
      entry,
    });
  }
}
