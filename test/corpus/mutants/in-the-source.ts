import type { Random } from './random.ts';

/** Damage that the database itself held when it was dumped, whatever the format: SQL of the owner of the clinic. */
export const inTheSource = {
  'a few rows are gone': (random) =>
    `DELETE FROM clinic.notes WHERE ctid IN (SELECT ctid FROM clinic.notes ORDER BY md5(at::text || '${random.below(1e6)}') LIMIT 3)`,
  'most rows of a table are gone': () =>
    'DELETE FROM clinic.notes WHERE ctid NOT IN (SELECT ctid FROM clinic.notes ORDER BY at LIMIT 5)',
  'a table is empty': (random) => `TRUNCATE clinic.${random.pick(['notes', 'visits', 'rooms'])}`,
  'a table is gone': (random) => `DROP TABLE clinic.${random.pick(['notes', 'rooms'])}`,
  'rows are there twice': (random) =>
    `INSERT INTO clinic.notes SELECT * FROM clinic.notes ORDER BY md5(at::text || '${random.below(1e6)}') LIMIT 5`,
  'text is encoded twice': () =>
    `UPDATE clinic.notes SET said = convert_from(convert_to(said, 'UTF8'), 'LATIN1')`,
  'values are changed': (random) =>
    `UPDATE clinic.visits SET fee = fee + 1 WHERE id % ${2 + random.below(5)} = 0`,
  'the primary key is gone': () => 'ALTER TABLE clinic.visits DROP CONSTRAINT visits_pkey',
  'a unique constraint is gone': () => 'ALTER TABLE clinic.patients DROP CONSTRAINT patients_email_key',
  'a foreign key is gone': () => 'ALTER TABLE clinic.visits DROP CONSTRAINT visits_patient_fkey',
  'an index is gone': () => 'DROP INDEX clinic.visits_patient_idx',
  'a trigger is gone': () => 'DROP TRIGGER rooms_stay ON clinic.rooms',
  'an extension is gone': () => 'DROP EXTENSION pg_trgm',
  'rows point nowhere': (random) =>
    `SET session_replication_role = replica; DELETE FROM clinic.patients WHERE id = ${1 + random.below(20)}`,
  'a sequence stands behind its rows': () => `SELECT setval('clinic.visits_id_seq', 1)`,
} as const satisfies Record<string, (random: Random) => string>;
