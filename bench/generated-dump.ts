import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/** One table of the generated dump holds about this much text, so that a long run is many tables too. */
const tableBytes = 512 * 1024 ** 2;
const blockRows = 4000;

/**
 * A plain dump as pg_dump frames it, made while it is read: nothing of it is on disk or in memory. Every table holds rows of
 * about 130 bytes and gets a primary key. The same size always gives the same bytes.
 */
export function generatedDump(gigabytes: number, { gzip }: { gzip: boolean }): Readable {
  const plain = Readable.from(textOf(gigabytes * 1e9), { objectMode: false, highWaterMark: 1024 * 1024 });
  // The fastest level: the generator shares the cores with what is measured.
  return gzip ? plain.pipe(createGzip({ level: 1, chunkSize: 256 * 1024 })) : plain;
}

function* textOf(totalBytes: number): Generator<Buffer> {
  yield Buffer.from(
    "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.18\n-- Dumped by pg_dump version 15.18\n\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\nSELECT pg_catalog.set_config('search_path', '', false);\n\n",
  );
  const tables = Math.max(1, Math.ceil(totalBytes / tableBytes));
  const keys: string[] = [];
  for (let table = 1; table <= tables; table += 1) {
    const name = `t${table}`;
    keys.push(
      `--\n-- Name: ${name} ${name}_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres\n--\n\nALTER TABLE ONLY public.${name}\n    ADD CONSTRAINT ${name}_pkey PRIMARY KEY (id);\n\n\n`,
    );
    yield Buffer.from(
      `--\n-- Name: ${name}; Type: TABLE; Schema: public; Owner: postgres\n--\n\nCREATE TABLE public.${name} (\n    id bigint NOT NULL,\n    n integer,\n    body text\n);\n\n\n--\n-- Data for Name: ${name}; Type: TABLE DATA; Schema: public; Owner: postgres\n--\n\nCOPY public.${name} (id, n, body) FROM stdin;\n`,
    );
    yield* rowsOf(Math.min(tableBytes, totalBytes - (table - 1) * tableBytes));
    yield Buffer.from('\\.\n\n\n');
  }
  for (const key of keys) yield Buffer.from(key);
  yield Buffer.from('--\n-- PostgreSQL database dump complete\n--\n\n');
}

function* rowsOf(bytes: number): Generator<Buffer> {
  let id = 0;
  for (let made = 0; made < bytes; ) {
    const rows: string[] = [];
    for (let row = 0; row < blockRows; row += 1) {
      id += 1;
      const word = ((id * 2654435761) % 4294967296).toString(36).padStart(7, '0');
      rows.push(
        `${id}\t${(id * 7919) % 1000003}\t${word} lorem ${word} ipsum dolor ${word} sit amet ${word} consectetur ${word}\n`,
      );
    }
    const block = Buffer.from(rows.join(''), 'latin1');
    made += block.length;
    yield block;
  }
}
