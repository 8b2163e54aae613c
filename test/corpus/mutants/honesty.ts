import type { inTheFile } from './in-the-file.ts';
import type { inTheSource } from './in-the-source.ts';
import type { inTheText } from './in-the-text.ts';
import type { Onlooker } from './sight.ts';

/**
 * How many mutants of a kind an onlooker sees; `source` when what is missing was missing when the dump was made, `apart` when there can be
 * no such onlooker.
 */
export type Seen = 'all' | 'some' | 'none' | 'source' | 'apart';

export type MutantKindName = keyof typeof inTheSource | keyof typeof inTheFile | keyof typeof inTheText;

type Row = Record<Onlooker, Seen>;

const row = (file: Seen, checksum: Seen, history: Seen, witness: Seen): Row => ({
  'the file alone': file,
  'a checksum beside it': checksum,
  'the last proven drill': history,
  'a witness': witness,
});
/** The source held it so: a checksum and a witness tell what the source held, and only the past knows better. */
const ofSource = (file: Seen, history: Seen): Row => row(file, 'source', history, 'source');
/** The bytes changed on their way: a checksum sees all of that. */
const onTheWay = (file: Seen, history: Seen, witness: Seen): Row => row(file, 'all', history, witness);
/** A directory is many files, and has no checksum of its own. */
const inADirectory = (file: Seen, history: Seen, witness: Seen): Row => row(file, 'apart', history, witness);

/** Which kind of damage is seen by what. Proven by honesty.test.ts and `npm run bench:honesty`; docs/honesty.md is made of it. */
export const honesty: Record<MutantKindName, Row> = {
  'a few rows are gone': ofSource('none', 'none'),
  'most rows of a table are gone': ofSource('none', 'all'),
  'a table is empty': ofSource('none', 'all'),
  'a table is gone': ofSource('none', 'all'),
  'rows are there twice': ofSource('none', 'none'),
  'text is encoded twice': ofSource('none', 'none'),
  'values are changed': ofSource('none', 'none'),
  'the primary key is gone': ofSource('none', 'all'),
  'a unique constraint is gone': ofSource('none', 'all'),
  'a foreign key is gone': ofSource('none', 'all'),
  'an index is gone': ofSource('none', 'all'),
  'a trigger is gone': ofSource('none', 'all'),
  'an extension is gone': ofSource('none', 'all'),
  'rows point nowhere': ofSource('all', 'all'),
  'a sequence stands behind its rows': ofSource('all', 'all'),

  'the file is cut anywhere': onTheWay('all', 'all', 'all'),
  'the last bytes are missing': onTheWay('all', 'all', 'all'),
  'one bit is turned': onTheWay('some', 'some', 'some'),
  'a block is zeros': onTheWay('all', 'all', 'all'),
  'a block is missing': onTheWay('some', 'some', 'some'),
  'a block is replaced by another of the file': onTheWay('some', 'some', 'some'),
  'a block is there twice': onTheWay('some', 'some', 'some'),
  'an error page follows': onTheWay('all', 'all', 'all'),
  'an error page stands for it': onTheWay('all', 'all', 'all'),
  'it is empty': onTheWay('all', 'all', 'all'),
  'a file of the directory is missing': inADirectory('all', 'all', 'all'),
  'two files of the directory are exchanged': inADirectory('some', 'some', 'all'),

  'rows of a COPY are cut out at line ends': onTheWay('none', 'none', 'all'),
  'rows of a COPY without a key are there twice': onTheWay('none', 'none', 'all'),
  'rows of a COPY with a key are there twice': onTheWay('all', 'all', 'all'),
  'a COPY block lost its rows': onTheWay('none', 'all', 'all'),
  'a COPY block is there twice': onTheWay('all', 'all', 'all'),
  'the end of the rows is missing': onTheWay('all', 'all', 'all'),
  'an INSERT is missing': onTheWay('none', 'none', 'all'),
  'an INSERT without a key is there twice': onTheWay('none', 'none', 'all'),
  'a statement is missing under its header': onTheWay('all', 'all', 'all'),
  'a whole entry is missing: a table': onTheWay('all', 'all', 'all'),
  'a whole entry is missing: an index': onTheWay('none', 'all', 'all'),
  'a whole entry is missing: a primary key': onTheWay('none', 'all', 'all'),
  'a whole entry is missing: the value of a sequence': onTheWay('all', 'all', 'all'),
  'everything after the rows is missing': onTheWay('all', 'all', 'all'),
  'the end mark is missing': onTheWay('all', 'all', 'all'),
  'a terminal changed the line ends': onTheWay('all', 'all', 'all'),
  'the text is encoded twice': onTheWay('none', 'none', 'all'),
  'the dump is there twice': onTheWay('all', 'all', 'all'),
  'a line of stderr stands in it': onTheWay('all', 'all', 'all'),
};
