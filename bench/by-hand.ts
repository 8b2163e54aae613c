import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The newest PostgreSQL programs of this machine (Debian's layout); the bench has no peer without them. */
export function newestPrograms(): string {
  const root = '/usr/lib/postgresql';
  const [newest] = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return join(root, newest ?? '', 'bin');
}

/**
 * What a person types to try a dump: a fresh cluster, the restore as superuser on one connection, `count(*)` of every table, and away
 * with it. Durability is off for the peer too, so that both sides write the same. Gives back the seconds it took.
 */
export async function recoverByHand(dump: string, folder: string): Promise<number> {
  const programs = newestPrograms();
  const asRoot = process.getuid?.() === 0;
  mkdirSync(folder, { recursive: true });
  if (asRoot) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(shell(`id ${flag} postgres`, {}).trim())) as [
      number,
      number,
    ];
    chownSync(folder, uid, gid);
    chmodSync(join(folder, '..'), 0o755);
  }
  const as = (command: string): string =>
    asRoot
      ? `setpriv --reuid=postgres --regid=postgres --clear-groups sh -c '${command.replaceAll("'", "'\\''")}'`
      : command;
  const data = join(folder, 'data');
  const environment = {
    PATH: `${programs}:${process.env.PATH ?? ''}`,
    PGHOST: folder,
    PGUSER: 'postgres',
    PGDATABASE: 'restored',
  };
  const file = resolve(dump);
  const restore = /\.(dump|tar)$/.test(file)
    ? `pg_restore -d restored ${file}`
    : `${decompressor(file)} ${file} | psql -q -d restored`;

  const started = performance.now();
  shell(as(`initdb -D ${data} -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync`), environment);
  shell(
    as(
      `pg_ctl -D ${data} -w -l ${folder}/log -o "-c listen_addresses= -c unix_socket_directories=${folder} -c fsync=off -c full_page_writes=off" start`,
    ),
    environment,
  );
  try {
    shell('createdb restored', environment);
    // Missing roles and the like are errors to psql and pg_restore; the peer is timed, not judged.
    shell(`${restore} >/dev/null 2>&1 || true`, environment);
    shell(
      `psql -At -c "select format('select count(*) from %s', oid::regclass) from pg_class where relkind = 'r' and relnamespace::regnamespace::text !~ '^pg_|^information_schema$'" | psql -q -At >/dev/null`,
      environment,
    );
  } finally {
    shell(as(`pg_ctl -D ${data} -m immediate stop`), environment);
  }
  return (performance.now() - started) / 1000;
}

function decompressor(file: string): string {
  if (file.endsWith('.zst')) return 'zstd -dc';
  return file.endsWith('.gz') ? 'gunzip -c' : 'cat';
}

function shell(command: string, environment: Record<string, string>): string {
  const result = spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  if (result.status !== 0) throw new Error(`${command}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}
