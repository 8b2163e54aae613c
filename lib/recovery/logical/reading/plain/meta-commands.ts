import { finding } from '../../../../domain/findings/findings.ts';
import type { HeaderFacts } from './header-facts.ts';
import { type MetaCommand, parseMetaCommand } from './meta-command.ts';
import { shownCommand } from './psql-commands.ts';
import type { Session } from './session.ts';
import type { StatementSorter } from './statement-sorter.ts';

/** Follows the meta-commands that pg_dump writes, and reports all that psql would act on. Executes none. */
export class MetaCommands {
  readonly #session: Session;
  readonly #sorter: StatementSorter;
  readonly #facts: HeaderFacts;
  /** Key of `\restrict`; while it is set, psql takes no command but the `\unrestrict` of the same key. */
  #restrictKey: string | null = null;

  constructor(session: Session, sorter: StatementSorter, facts: HeaderFacts) {
    this.#session = session;
    this.#sorter = sorter;
    this.#facts = facts;
  }

  take({ bytes, line, inStatement }: { bytes: Buffer; line: number; inStatement: boolean }): void {
    const command = parseMetaCommand(this.#session.decodeDisplay(bytes));
    const refusal = this.#refusalOf(command, inStatement);
    if (refusal === null) this.#follow(command);
    else {
      const name = shownCommand(this.#session.decodeDisplay(bytes));
      this.#sorter.report(
        finding(
          'META_COMMAND_REFUSED',
          `Line ${line} holds the meta-command ${name}, which was not executed: ${refusal}.`,
        ),
      );
    }
  }

  #refusalOf(command: MetaCommand, inStatement: boolean): string | null {
    if (command.kind === 'refused') return command.reason;
    if (inStatement) return command.kind === 'harmless' ? null : 'it stands inside a statement';
    if (command.kind === 'unrestrict') {
      return command.key === this.#restrictKey ? null : 'its key is not that of the \\restrict before it';
    }
    return this.#restrictKey === null ? null : 'it stands where \\restrict forbids meta-commands';
  }

  #follow(command: MetaCommand): void {
    const { entries } = this.#sorter;
    switch (command.kind) {
      case 'restrict':
        this.#restrictKey = command.key;
        break;
      case 'unrestrict':
        this.#restrictKey = null;
        break;
      case 'encoding':
        this.#sorter.startHeader(null);
        entries.ready.push(...this.#session.useEncoding(command.encoding));
        break;
      case 'connect':
        this.#sorter.startHeader(null);
        this.#sorter.enterDatabase();
        this.#session.reconnect();
        if (!this.#facts.inCluster) this.#facts.learn({ database: command.database });
        entries.ready.push({ kind: 'database', name: command.database });
        break;
    }
  }
}
