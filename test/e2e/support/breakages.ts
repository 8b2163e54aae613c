import { secret } from './vault.ts';

const trigger = (body: string): string =>
  `CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$;\n` +
  'CREATE TRIGGER tell BEFORE INSERT ON public.notes FOR EACH ROW EXECUTE FUNCTION public.tell();\n\n';
const beforeRows = (text: string, added: string): string =>
  text.replace(/^COPY public\.notes/m, `${added}$&`);
const noteLine = `1\t${secret}\n`;

/** Ways to break the dump that make the server quote rows in its message, detail, context or any other field. */
export const breakages: { what: string; breakIt: (plain: string) => string }[] = [
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
    what: 'a trigger that makes the value a function',
    breakIt: (plain) => beforeRows(plain, trigger("EXECUTE format('SELECT %I()', NEW.secret);")),
  },
  {
    what: 'a trigger that puts the value into the words of the server',
    breakIt: (plain) =>
      beforeRows(
        plain,
        trigger(
          "RAISE EXCEPTION 'operator does not exist: %', NEW.secret USING ERRCODE = '42883', TABLE = NEW.secret;",
        ),
      ),
  },
  ...['regclass', 'regoper', 'regtype', 'jsonpath'].map((type) => ({
    what: `a check that makes the value a ${type}`,
    breakIt: (plain: string) =>
      plain.replace(
        'CREATE INDEX vault_t',
        `ALTER TABLE public.notes ADD CONSTRAINT made CHECK (secret::${type} IS NOT NULL);\n\n$&`,
      ),
  })),
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
