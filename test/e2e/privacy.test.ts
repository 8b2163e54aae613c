import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildCommandLine, type CommandLine, type Ended, recordOf } from './support/command-line.ts';
import { written } from './support/fixtures.ts';
import { processesNaming } from './support/processes.ts';
import { makeVaultDumps, plantedValues, secret, type VaultDumps } from './support/vault.ts';
import { World } from './support/world.ts';

let commandLine: CommandLine;
let dumps: VaultDumps;
let world: World;

beforeAll(async () => {
  commandLine = buildCommandLine();
  dumps = await makeVaultDumps();
});
afterAll(() => commandLine?.remove());
beforeEach(() => {
  world = new World(commandLine);
});
afterEach(() => world.remove());

/** The planted values that a text holds. */
function plantedIn(text: string): string[] {
  const lower = text.toLowerCase();
  return Object.entries(plantedValues)
    .filter(([, value]) => lower.includes(value.toLowerCase()))
    .map(([kind]) => kind);
}

/** Every file below the world but the dumps themselves and the server's own data. */
function filesOutsideTheData(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (path === world.path('backups') || /\/sandboxes\/[^/]+\/data$/.test(path)) return [];
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory()) return filesOutsideTheData(path);
    return status?.isFile() ? [path] : [];
  });
}

function leakingFiles(): string[] {
  return filesOutsideTheData(world.base).flatMap((path) => {
    const planted = plantedIn(readFileSync(path, 'latin1'));
    return planted.length === 0 ? [] : [`${path}: ${planted.join(', ')}`];
  });
}

/**
 * Drills with --keep, so that everything beside the data can be searched while the server still runs. Asserts that
 * nothing was let out: not by the process, nor its arguments, nor any file of it, nor by any later look at the record.
 */
async function expectNothingLetOut(dump: string, ...words: string[]): Promise<Ended> {
  const drill = world.start([
    'run',
    '--json',
    '--keep',
    '--out',
    world.path('out'),
    '--dump',
    dump,
    ...words,
  ]);
  const shown = new Set<string>();
  const watch = setInterval(() => {
    for (const { title } of processesNaming(secret)) shown.add(title);
  }, 50);
  const ended = await drill.ended;
  clearInterval(watch);
  expect(plantedIn(ended.stdout)).toEqual([]);
  expect(plantedIn(ended.stderr)).toEqual([]);
  expect([...shown]).toEqual([]);
  expect(leakingFiles()).toEqual([]);
  // The search is worth something: files were there to be searched.
  expect(filesOutsideTheData(world.base).some((path) => path.endsWith('server.log'))).toBe(true);

  const { drillId } = recordOf(ended);
  await world.run(['sweep', '--drill', drillId]);
  await world.expectNothingLeft();
  expect(leakingFiles()).toEqual([]);
  expect(
    filesOutsideTheData(world.base).filter((path) => /report\.md|junit\.xml|ledger\.jsonl/.test(path)).length,
  ).toBeGreaterThanOrEqual(4);
  return ended;
}

describe('a whole dump with a planted value in every kind of column', () => {
  test('lets none out: plain', async () => {
    const ended = await expectNothingLetOut(world.backup('vault.sql', dumps.plain));
    expect(recordOf(ended).verdict).toBe('PROVEN');
    const { stdout } = await world.run(['show', '--format', 'text']);
    expect(plantedIn(stdout)).toEqual([]);
  });

  test('lets none out: custom archive', async () => {
    const ended = await expectNothingLetOut(world.backup('vault.dump', dumps.custom));
    expect(recordOf(ended).verdict).toBe('PROVEN');
  });

  test('lets none out: rows as INSERT statements', async () => {
    const ended = await expectNothingLetOut(world.backup('vault.sql', dumps.inserts));
    expect(recordOf(ended).verdict).toBe('PROVEN');
  });

  test('was searched rightly: the planted values are in the dump', () => {
    const { base64: _notByPgDump, ...others } = plantedValues;
    expect(plantedIn(dumps.plain).sort()).toEqual(Object.keys(others).sort());
  });
});

const trigger = (body: string): string =>
  `CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$;\n` +
  'CREATE TRIGGER tell BEFORE INSERT ON public.notes FOR EACH ROW EXECUTE FUNCTION public.tell();\n\n';
const beforeRows = (text: string, added: string): string =>
  text.replace(/^COPY public\.notes/m, `${added}$&`);
const noteLine = `1\t${secret}\n`;

/** Ways to break the dump that make the server quote rows in its message, detail, context or any other field. */
const breakages: { what: string; breakIt: (plain: string) => string }[] = [
  { what: 'a key that is there twice', breakIt: (plain) => plain.replace(`${secret}\t1957-06-05\n`, '$&$&') },
  { what: 'a row without its parent', breakIt: (plain) => plain.replace(`${secret}\t1957-06-05\n`, '') },
  {
    what: 'a row with a column too many',
    breakIt: (plain) => plain.replace(noteLine, `1\t${secret}\t${secret}\n`),
  },
  { what: 'a row with a column too few', breakIt: (plain) => plain.replace(noteLine, `${secret}\n`) },
  { what: 'a text where a number belongs', breakIt: (plain) => plain.replace(noteLine, `${secret}\tx\n`) },
  {
    what: 'a text where a date belongs',
    breakIt: (plain) => plain.replace(`${secret}\t1957-06-05\n`, `${secret}\t${secret}\n`),
  },
  { what: 'bytes that are no UTF-8', breakIt: (plain) => plain.replace(noteLine, `1\t${secret}\u00ff\n`) },
  {
    what: 'a row that breaks a check',
    breakIt: (plain) =>
      plain.replace(
        /(CREATE TABLE public\.notes \(\n\s+id integer NOT NULL,\n\s+secret text)\n/,
        '$1 CONSTRAINT short CHECK (length(secret) < 10)\n',
      ),
  },
  {
    what: 'a value too long for its column',
    breakIt: (plain) =>
      plain.replace(
        /(CREATE TABLE public\.notes \(\n\s+id integer NOT NULL,\n\s+secret) text/,
        '$1 varchar(9)',
      ),
  },
  {
    what: 'an index whose expression fails',
    breakIt: (plain) =>
      plain.replace('CREATE INDEX vault_t', 'CREATE INDEX vault_i ON public.vault (((t)::integer));\n\n$&'),
  },
  {
    what: 'a unique index that does not hold',
    breakIt: (plain) => plain.replace('CREATE INDEX vault_t', 'CREATE UNIQUE INDEX vault_t'),
  },
  {
    what: 'a partition that no row fits',
    breakIt: (plain) =>
      plain.replace(
        /(CREATE TABLE public\.notes \([^;]*\))(;)/,
        "$1 PARTITION BY LIST (secret);\nCREATE TABLE public.notes_a PARTITION OF public.notes FOR VALUES IN ('a');",
      ),
  },
  {
    what: 'a trigger that quotes the row in its error',
    breakIt: (plain) =>
      beforeRows(
        plain,
        trigger("RAISE EXCEPTION 'row %', NEW USING DETAIL = NEW.secret, HINT = NEW.secret;"),
      ),
  },
  {
    what: 'a trigger that names the value as a constraint',
    breakIt: (plain) =>
      beforeRows(
        plain,
        trigger(
          "RAISE EXCEPTION 'no' USING ERRCODE = 'unique_violation', CONSTRAINT = NEW.secret, TABLE = NEW.secret, COLUMN = NEW.secret, SCHEMA = NEW.secret, DATATYPE = NEW.secret;",
        ),
      ),
  },
  {
    what: 'a trigger that warns of the row',
    breakIt: (plain) => beforeRows(plain, trigger("RAISE WARNING 'row %', NEW;")),
  },
  {
    what: 'a statement with a bad literal',
    breakIt: (plain) =>
      plain.replace(
        /^COPY public\.notes[\s\S]*?^\\\.$/m,
        `INSERT INTO public.notes VALUES ('${secret}', 'x');`,
      ),
  },
  {
    what: 'a statement that is no SQL',
    breakIt: (plain) =>
      plain.replace(
        /^COPY public\.notes[\s\S]*?^\\\.$/m,
        `INSERT INTO public.notes VALUES (1, '${secret}' '${secret}');`,
      ),
  },
  {
    what: 'an end in the middle of a row',
    breakIt: (plain) => plain.slice(0, plain.indexOf(noteLine) + noteLine.length - 3),
  },
];

describe('a broken dump with a planted value in every kind of column', () => {
  test.each(breakages)('lets none out: $what', async ({ breakIt }) => {
    const broken = breakIt(dumps.plain);
    expect(broken).not.toBe(dumps.plain);
    const content = broken.includes('\u00ff') ? Buffer.from(broken, 'latin1') : broken;
    const ended = await expectNothingLetOut(world.backup('vault.sql', content));
    const { verdict, findings } = recordOf(ended);
    if (!broken.includes('RAISE WARNING'))
      expect({ verdict, findings }).toMatchObject({ verdict: 'NOT_PROVEN' });
  });
});

describe("checks of one's own", () => {
  test('say what was expected, never what was found in a row', async () => {
    const config = written(
      world.base,
      'drills.yaml',
      `databases:
  vault:
    source: { folder: ./backups }
    checks:
      - sql: { name: a value that is not the expected one, query: select secret from notes where id = 1, expect: other }
      - sql: { name: rows where none may be, query: select * from vault, expect: empty }
      - sql: { name: a query that fails on a value, query: "select count(*) from notes where secret::integer = 1", expect: 0 }
      - sql: { name: a number that is not the expected one, query: select big from vault limit 1, expect: 0 }
      - unique: { table: vault, on: t }
      - unique: { table: notes, on: "(secret::integer)" }
      - freshness: { table: vault, column: d, maxAge: 1d }
      - freshness: { query: select secret from notes where id = 1, maxAge: 1d }
      - migrations: { table: notes, column: secret, head: other }
`,
    );
    const dump = world.backup('vault.sql', dumps.plain);
    const drilled = await world.run(['run', 'vault', '--json', '--config', config, '--dump', dump]);
    const record = recordOf(drilled);
    expect(record.verdict).toBe('NOT_PROVEN');
    const { date: _moment, timestamp: _newestRow, ...values } = plantedValues;
    // The newest row's moment is what a freshness check is asked for; every other value stays inside.
    const text =
      drilled.stdout +
      drilled.stderr +
      filesOutsideTheData(world.stateDirectory)
        .map((path) => readFileSync(path, 'latin1'))
        .join('\n');
    expect(plantedIn(text).filter((kind) => kind in values)).toEqual([]);
  });
});
