// What a witness costs on the source: pg_dump alone, with a witness, and with one that only counts; wall time, and the
// time that the server itself was busy.   npm run bench:witness
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresqlPrograms } from '../scripts/oracle-programs.mjs';
import { BenchServer } from './bench-server.ts';
import { median } from './median.ts';

const programs = postgresqlPrograms(15);
const rounds = 3;

const rows = `CREATE TABLE orders AS SELECT n::int4 AS id, n * 17 AS customer, 'customer number ' || n AS name,
  '2026-01-01'::timestamptz + n * interval '1 s' AS at, (n % 9973) / 7.0::float8 AS weight, md5(n::text) AS token
  FROM generate_series(1, 1000000) n; VACUUM ANALYZE orders`;

const server = await BenchServer.start(programs, { jit: 'off', shared_buffers: '512MB' });
const folder = mkdtempSync(join(tmpdir(), 'bench-witness-'));
try {
  for (const statement of rows.split(';')) await server.sql(statement);
  const env = {
    ...process.env,
    PATH: `${programs}:${process.env.PATH}`,
    ...{ PGHOST: server.directory, PGPORT: String(server.port), PGUSER: 'postgres' },
  };
  const dump = ['pg_dump', '-Fc', '-f', join(folder, 'x.dump'), 'postgres'];
  const drill = [process.execPath, 'dist/restore-drill.js', 'witness'];
  const contenders: Record<string, string[]> = {
    'pg_dump alone': dump,
    'with a witness': [...drill, '--', ...dump],
    'with one that counts': [...drill, '--counts-only', '--', ...dump],
  };
  for (const [name, [program = '', ...words]] of Object.entries(contenders)) {
    const wall: number[] = [];
    const busy: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = await server.cpuSeconds();
      const started = performance.now();
      const { status, stderr } = spawnSync(program, words, { env, encoding: 'utf8' });
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
      wall.push((performance.now() - started) / 1000);
      busy.push((await server.cpuSeconds()) - before);
    }
    process.stdout.write(
      `${name.padEnd(22)} ${median(wall).toFixed(1)} s, of which the server was busy for ${median(busy).toFixed(1)} s\n`,
    );
  }
  process.stdout.write(`${cpus().length} processors, 1,000,000 rows, PostgreSQL 15\n`);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
