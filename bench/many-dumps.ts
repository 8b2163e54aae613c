/** Dumps of many small things, as pg_dump frames them: what a restore costs for each statement, whatever it holds. */

/** A dump of ours, and what is many in it. */
export interface ManyDump {
  name: string;
  text(): Generator<string>;
}

const beginning =
  "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.18\n-- Dumped by pg_dump version 15.18\n\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\nSELECT pg_catalog.set_config('search_path', '', false);\n\n";
const end = '--\n-- PostgreSQL database dump complete\n--\n\n';

const header = (name: string, type: string, schema: string): string =>
  `--\n-- Name: ${name}; Type: ${type}; Schema: ${schema}; Owner: -\n--\n\n`;

/** 10,000 comments on the columns of one table: each waits for the one before it. */
function* comments(): Generator<string> {
  const columns = 1000;
  yield `${beginning}${header('t', 'TABLE', 'public')}CREATE TABLE public.t (\n`;
  yield Array.from({ length: columns }, (_, index) => `    c${index} integer`).join(',\n');
  yield `\n);\n\n${header('t t_pkey', 'CONSTRAINT', 'public')}ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (c0);\n\n`;
  for (let index = 0; index < 10_000; index += 1)
    yield `COMMENT ON COLUMN public.t.c${index % columns} IS 'number ${index}';\n`;
  yield end;
}

/** 5,000 tables one after the other, each with its one row: the catalog changes before every COPY. */
function* tablesWithRows(): Generator<string> {
  yield beginning;
  for (let index = 0; index < 5000; index += 1)
    yield `CREATE TABLE public.t${index} (id integer);\n\nCOPY public.t${index} (id) FROM stdin;\n${index}\n\\.\n\n`;
  yield end;
}

/** 1,000 schemas of 5 tables with keys and foreign keys, as pg_dump orders them: a schema for every tenant. */
function* tenants(): Generator<string> {
  const schemas = Array.from({ length: 1000 }, (_, index) => `tenant${index}`);
  const tables = [0, 1, 2, 3, 4];
  yield beginning;
  for (const schema of schemas) yield `${header(schema, 'SCHEMA', '-')}CREATE SCHEMA ${schema};\n\n`;
  for (const schema of schemas)
    for (const table of tables)
      yield `${header(`t${table}`, 'TABLE', schema)}CREATE TABLE ${schema}.t${table} (\n    id integer NOT NULL,\n    parent integer,\n    body text\n);\n\n`;
  for (const schema of schemas)
    for (const table of tables)
      yield `${header(`t${table}`, 'TABLE DATA', schema)}COPY ${schema}.t${table} (id, parent, body) FROM stdin;\n1\t1\tone\n2\t1\ttwo\n\\.\n\n`;
  for (const schema of schemas)
    for (const table of tables)
      yield `${header(`t${table} t${table}_pkey`, 'CONSTRAINT', schema)}ALTER TABLE ONLY ${schema}.t${table}\n    ADD CONSTRAINT t${table}_pkey PRIMARY KEY (id);\n\n`;
  for (const schema of schemas)
    for (const table of tables.slice(1))
      yield `${header(`t${table} t${table}_parent`, 'FK CONSTRAINT', schema)}ALTER TABLE ONLY ${schema}.t${table}\n    ADD CONSTRAINT t${table}_parent FOREIGN KEY (parent) REFERENCES ${schema}.t0(id);\n\n`;
  yield end;
}

export const manyDumps: readonly ManyDump[] = [
  { name: '10,000 comments on one table', text: comments },
  { name: '5,000 tables of one row', text: tablesWithRows },
  { name: '1,000 schemas of 5 tables', text: tenants },
];
