import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFolderDumpStore } from '../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import type { DumpHeader } from '../../../lib/domain/backup/dump.ts';
import { createDumpInspector } from '../../../lib/recovery/logical/dump-inspector.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rd-inspector-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function inspected(text: string): Promise<DumpHeader> {
  writeFileSync(join(folder, 'x.sql'), text);
  const dump = {
    key: 'x.sql',
    directory: false,
    unfinished: null,
    sizeBytes: text.length,
    modifiedAt: '2026-11-28T02:00:00.000Z',
    nameTimestamp: null,
    sidecarKey: null,
  };
  return createDumpInspector().inspect(createFolderDumpStore(folder), dump, { passphrase: null });
}

const database = (more = '') => `--
-- PostgreSQL database dump
--

-- Dumped from database version 15.18
-- Dumped by pg_dump version 15.18
${more}
SET client_encoding = 'UTF8';

CREATE TABLE public.t (id integer);

--
-- PostgreSQL database dump complete
--
`;

const cluster = (more: string) => `--
-- PostgreSQL database cluster dump
--

\\restrict x

SET default_transaction_read_only = off;

--
-- Roles
--

CREATE ROLE app;
ALTER ROLE app WITH NOSUPERUSER LOGIN PASSWORD 'SCRAM-SHA-256$4096:x';
GRANT pg_monitor TO app WITH INHERIT TRUE GRANTED BY postgres;

--
-- Tablespaces
--

CREATE TABLESPACE fast OWNER app LOCATION '/srv/fast';
COMMENT ON TABLESPACE fast IS 'fast';

\\unrestrict x
${more}
--
-- PostgreSQL database cluster dump complete
--
`;

describe('a look into a dump', () => {
  test('tells the moment of a verbose plain dump, which stands after the versions', async () => {
    const header = await inspected(database('\n-- Started on 2026-11-18 02:00:03 CET\n'));

    expect(header).toMatchObject({
      serverVersion: '15.18',
      consistencyPoint: '2026-11-18T01:00:03.000Z',
    });
    expect((await inspected(database())).consistencyPoint).toBeNull();
  });

  test('tells a file of roles and tablespaces only from a cluster', async () => {
    expect((await inspected(cluster(''))).globalsOnly).toBe(true);
    expect((await inspected(cluster(`\n\\connect app\n\n${database()}`))).globalsOnly).toBeUndefined();
    expect((await inspected(cluster('\nCREATE DATABASE app;\n'))).globalsOnly).toBeUndefined();
    expect((await inspected(database())).globalsOnly).toBeUndefined();
  });
});
