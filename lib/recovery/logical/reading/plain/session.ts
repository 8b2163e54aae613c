import { type Finding, finding } from '../../../../domain/findings/findings.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { Codec, DumpEvent, Statement } from '../../dump/dump-stream.ts';
import {
  decodeName,
  decodeStatement,
  isKnownEncoding,
  isUtf8Name,
  mustTranscode,
  sameEncoding,
  transcoderFrom,
} from '../text/dump-encoding.ts';
import type { SqlWindow } from './sql-window.ts';
import type { SettingFacts } from './statement-facts.ts';

const falseWords = ['off', 'false', 'no', '0', 'f', 'n', 'fa', 'fal', 'fals', 'of'];

/** The settings of the session that change how the text after them is to be read. */
export class Session {
  standardConformingStrings = true;
  /** Findings that came up while text was being converted. */
  readonly pendingFindings: Finding[] = [];
  /** As the dump names it; null until it does. */
  encoding: string | null = null;
  /** Encoding that is being converted to UTF-8 on the way in; null when bytes pass as they are. */
  #transcodedFrom: string | null = null;
  readonly #window: SqlWindow;

  constructor(window: SqlWindow) {
    this.#window = window;
  }

  /** Encoding of the text as the lexer and the loader see it. */
  get textEncoding(): string | null {
    return this.#transcodedFrom === null ? this.encoding : 'UTF8';
  }

  /** A new connection begins with the server's settings. The encoding stays until the dump names it again. */
  reconnect(): void {
    this.standardConformingStrings = true;
  }

  /** Follows one setting. Returns the events it causes. */
  apply({ name, value }: SettingFacts): DumpEvent[] {
    if (name === null || name === 'standard_conforming_strings') {
      this.standardConformingStrings = value === null || !falseWords.includes(value.toLowerCase());
    }
    return name === 'client_encoding' && value !== null ? this.useEncoding(value) : [];
  }

  /** Everything after this point of the text is in another encoding. @throws DrillError DUMP_UNREADABLE, DUMP_CORRUPT */
  useEncoding(encoding: string): DumpEvent[] {
    const events: DumpEvent[] = [];
    if (!isKnownEncoding(encoding)) {
      const message = `line ${this.#window.line}: PostgreSQL knows no encoding by the name that client_encoding is set to`;
      throw dumpError('DUMP_CORRUPT', message);
    }
    if (this.#transcodedFrom !== null && !sameEncoding(encoding, this.#transcodedFrom)) {
      throw dumpError(
        'DUMP_UNREADABLE',
        `line ${this.#window.line}: the encoding changes from ${this.#transcodedFrom} to ${encoding}`,
      );
    }
    this.encoding = encoding;
    if (mustTranscode(encoding) && this.#transcodedFrom === null) {
      this.#transcodedFrom = encoding;
      let isReported = false;
      const decode = transcoderFrom(encoding, () => {
        if (isReported) return;
        isReported = true;
        this.pendingFindings.push(
          finding(
            'ENCODING_INVALID',
            `Text after line ${this.#window.line} holds bytes that are not valid in ${encoding}.`,
          ),
        );
      });
      this.#window.decodeWith(decode);
    }
    events.push({ kind: 'encoding', encoding: this.textEncoding ?? encoding });
    return events;
  }

  /** The statement to hand on for a setting: converted text must not announce the encoding it had. */
  rewrite(statement: Statement, { name }: SettingFacts): Statement {
    if (name !== 'client_encoding' || this.#transcodedFrom === null || isUtf8Name(this.encoding ?? ''))
      return statement;
    return { ...statement, sql: "SET client_encoding = 'UTF8'" };
  }

  /** A name taken from a statement, as the catalog shows it. */
  decodeName(name: string, codec: Codec): string {
    return decodeName(name, codec, this.textEncoding);
  }

  /** Text of comments and meta-commands. */
  decodeDisplay(bytes: Buffer): string {
    const { sql, codec } = decodeStatement(bytes, this.textEncoding);
    return this.decodeName(sql, codec);
  }
}
