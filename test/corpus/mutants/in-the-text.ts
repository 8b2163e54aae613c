import { gunzipSync, gzipSync } from 'node:zlib';
import type { DumpContent } from '../support/corpus.ts';
import { replaced } from '../support/damage.ts';
import type { Format } from './healthy.ts';
import type { Random } from './random.ts';

interface TextDamage {
  formats: readonly Format[];
  damage(text: string, random: Random): string;
}

const copies: readonly Format[] = ['plain', 'plain.gz'];
const texts: readonly Format[] = ['plain', 'plain.gz', 'inserts'];
const tables = ['patients', 'visits', 'notes', 'rooms'] as const;

/** The rows of a table's COPY block. */
function changeRows(text: string, table: string, change: (rows: string[]) => string[]): string {
  const block = new RegExp(`(\\nCOPY clinic\\.${table} [^\\n]*\\n)([\\s\\S]*?)(\\\\\\.\\n)`);
  const found = block.exec(text);
  if (found === null) throw new Error(`no COPY of ${table}`);
  const [, begin = '', rows = '', end = ''] = found;
  const changed = change(rows.split('\n').slice(0, -1));
  return replaced(text, block, `${begin}${changed.map((row) => `${row}\n`).join('')}${end}`);
}

/** Takes rows out whose place is drawn. */
const withoutSome = (rows: string[], random: Random): string[] => {
  const from = random.below(rows.length - 4);
  return [...rows.slice(0, from), ...rows.slice(from + 1 + random.below(3))];
};

/** An entry of the dump: its header and its statements. */
const entry = (type: string, name: string): RegExp =>
  new RegExp(`\\n--\\n-- (?:Data for )?Name: ${name}; Type: ${type};[\\s\\S]*?(?=\\n--\\n-- )`);

/** Damage to the text of a dump by a person, a terminal or another program. */
export const inTheText = {
  'rows of a COPY are cut out at line ends': {
    formats: copies,
    damage: (text, random) =>
      changeRows(text, random.pick(['notes', 'visits', 'rooms']), (rows) => withoutSome(rows, random)),
  },
  'rows of a COPY without a key are there twice': {
    formats: copies,
    damage: (text, random) =>
      changeRows(text, 'notes', (rows) => [...rows, ...rows.slice(0, 1 + random.below(5))]),
  },
  'rows of a COPY with a key are there twice': {
    formats: copies,
    damage: (text, random) =>
      changeRows(text, random.pick(['patients', 'visits', 'rooms']), (rows) => [
        ...rows,
        ...rows.slice(0, 1),
      ]),
  },
  'a COPY block lost its rows': {
    formats: copies,
    damage: (text, random) => changeRows(text, random.pick(['notes', 'visits', 'rooms']), () => []),
  },
  'a COPY block is there twice': {
    formats: copies,
    damage: (text) => text.replace(/\nCOPY clinic\.notes [\s\S]*?\\\.\n/, (block) => `${block}${block}`),
  },
  'the end of the rows is missing': {
    formats: copies,
    damage: (text, random) => {
      const table = random.pick(tables);
      return replaced(
        text,
        new RegExp(`(\\nCOPY clinic\\.${table} [\\s\\S]*?\\n)\\\\\\.\\n`),
        new RegExp(`(\\nCOPY clinic\\.${table} [\\s\\S]*?\\n)\\\\\\.\\n`).exec(text)?.[1] ?? '',
      );
    },
  },
  'an INSERT is missing': {
    formats: ['inserts'],
    damage: (text) => replaced(text, /\nINSERT INTO clinic\.notes [^\n]*/, ''),
  },
  'an INSERT without a key is there twice': {
    formats: ['inserts'],
    damage: (text) => text.replace(/\nINSERT INTO clinic\.notes [^\n]*/, (insert) => `${insert}${insert}`),
  },
  'a statement is missing under its header': {
    formats: texts,
    damage: (text, random) =>
      replaced(
        text,
        random.pick([
          /CREATE INDEX visits_patient_idx[^;]*;\n/,
          /CREATE TABLE clinic\.rooms[^;]*;\n/,
          /CREATE VIEW clinic\.fees[^;]*;\n/,
        ]),
        '',
      ),
  },
  'a whole entry is missing: a table': {
    formats: texts,
    damage: (text) => replaced(text, entry('TABLE', 'rooms'), ''),
  },
  'a whole entry is missing: an index': {
    formats: texts,
    damage: (text) => replaced(text, entry('INDEX', 'visits_patient_idx'), ''),
  },
  'a whole entry is missing: a primary key': {
    formats: texts,
    damage: (text) => replaced(text, entry('CONSTRAINT', 'rooms rooms_pkey'), ''),
  },
  'a whole entry is missing: the value of a sequence': {
    formats: texts,
    damage: (text) => replaced(text, entry('SEQUENCE SET', 'visits_id_seq'), ''),
  },
  'everything after the rows is missing': {
    formats: texts,
    damage: (text) =>
      replaced(
        text,
        /\n--\n-- Name: \w+ \w+_(?:key|pkey); Type: CONSTRAINT;[\s\S]*(?=\n--\n-- PostgreSQL database dump complete)/,
        '',
      ),
  },
  'the end mark is missing': {
    formats: texts,
    damage: (text) => text.slice(0, text.indexOf('--\n-- PostgreSQL database dump complete')),
  },
  'a terminal changed the line ends': { formats: texts, damage: (text) => text.replaceAll('\n', '\r\n') },
  'the text is encoded twice': {
    formats: texts,
    damage: (text) => Buffer.from(text, 'utf8').toString('latin1'),
  },
  'the dump is there twice': { formats: texts, damage: (text) => `${text}${text}` },
  'a line of stderr stands in it': {
    formats: texts,
    damage: (text, random) => {
      const lines = text.split('\n');
      lines.splice(
        random.below(lines.length),
        0,
        'pg_dump: error: query failed: SSL SYSCALL error: EOF detected',
      );
      return lines.join('\n');
    },
  },
} as const satisfies Record<string, TextDamage>;

/** Applies it to what the file holds. */
export function damageText(damage: TextDamage['damage'], content: DumpContent, random: Random): DumpContent {
  if (content instanceof Map) throw new Error('a directory has no text');
  const file = Buffer.from(content);
  const zipped = file[0] === 0x1f;
  // One character for each byte, so that what is not touched stays as it is.
  const text = (zipped ? gunzipSync(file) : file).toString('latin1');
  const changed = Buffer.from(damage(text, random), 'latin1');
  return zipped ? gzipSync(changed) : changed;
}
