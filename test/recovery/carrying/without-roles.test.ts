import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { withoutRoles } from '../../../lib/recovery/carrying/without-roles.ts';

const globals = `--
-- PostgreSQL database cluster dump
--
CREATE ROLE "drill_admin";
ALTER ROLE "drill_admin" WITH SUPERUSER LOGIN;
CREATE ROLE "drill_administration";
CREATE ROLE drill_reader;
ALTER ROLE drill_reader WITH LOGIN PASSWORD 'SCRAM-SHA-256$x';
GRANT "pg_read_all_data" TO "drill_reader" WITH INHERIT TRUE GRANTED BY "postgres";
GRANT "drill_administration" TO "alice";
--
-- Databases
--
`;
const databases = 'CREATE ROLE drill_admin;\nCOPY public.notes FROM stdin;\nGRANT all TO drill_reader\n\\.\n';

test.each([1, 7, 100_000])(
  'roles of the drill are left out before the databases and nothing behind that, in chunks of %d bytes',
  async (size) => {
    const bytes = Buffer.from(globals + databases);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );

    const kept = await text(Readable.from(chunks).pipe(withoutRoles(['drill_admin', 'drill_reader'])));

    expect(kept).toBe(
      `--
-- PostgreSQL database cluster dump
--
CREATE ROLE "drill_administration";
GRANT "drill_administration" TO "alice";
--
-- Databases
--
${databases}`,
    );
  },
);
