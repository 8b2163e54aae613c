import { expect, test } from 'vitest';
import { readSchema } from '../../../../lib/recovery/logical/shape/read-schema.ts';
import { aHeader, entryEvent, reading, rowsEvents } from '../loading/support/events.ts';

const table = (sql: string, name: string) => entryEvent(sql, { type: 'TABLE', schema: 'public', name });

test('tables, the columns that matter and their keys are read from the definitions, partitions by their parent', async () => {
  const reader = reading([
    { kind: 'header', header: aHeader() },
    { kind: 'database', name: 'shop' },
    table(
      'CREATE TABLE public.people (id integer NOT NULL, "E-mail" character varying(200) UNIQUE, mail_count integer, created_at timestamp with time zone, born date)',
      'people',
    ),
    table(
      'CREATE UNLOGGED TABLE public."Orders" (person integer REFERENCES public.people(id), note text)',
      'Orders',
    ),
    ...rowsEvents('public', 'people', [['1\tx\t1\t2026-01-01\t2000-01-01']]),
    table('CREATE TABLE public.events (at timestamp without time zone) PARTITION BY RANGE (at)', 'events'),
    table('CREATE TABLE public.events_1 (at timestamp without time zone)', 'events_1'),
    table('CREATE TABLE public.events_2 PARTITION OF public.events DEFAULT', 'events_2'),
    entryEvent('ALTER TABLE ONLY public.events ATTACH PARTITION public.events_1 FOR VALUES FROM (1) TO (2)', {
      type: 'TABLE ATTACH',
    }),
    entryEvent(
      'ALTER TABLE ONLY public."Orders" ADD CONSTRAINT k FOREIGN KEY (person) REFERENCES public.people(id) NOT VALID',
      {
        type: 'FK CONSTRAINT',
      },
    ),
    entryEvent('CREATE VIEW public.v AS SELECT 1', { type: 'VIEW' }),
    entryEvent('CREATE TABLE this is no SQL', { type: 'TABLE' }),
    { kind: 'database', name: 'empty' },
    { kind: 'end', complete: true },
  ]);

  expect(await readSchema(reader)).toEqual([
    {
      name: 'shop',
      migrations: [],
      tables: [
        {
          ...{ schema: 'public', name: 'people', rows: null, foreignKeys: 0, uniqueConstraints: 1 },
          emailColumns: ['E-mail'],
          moments: [
            { column: 'created_at', newest: null },
            { column: 'born', newest: null },
          ],
        },
        {
          ...{ schema: 'public', name: 'Orders', rows: null, foreignKeys: 2, uniqueConstraints: 0 },
          ...{ emailColumns: [], moments: [] },
        },
        {
          ...{ schema: 'public', name: 'events', rows: null, foreignKeys: 0, uniqueConstraints: 0 },
          ...{ emailColumns: [], moments: [{ column: 'at', newest: null }] },
        },
      ],
    },
  ]);
});
