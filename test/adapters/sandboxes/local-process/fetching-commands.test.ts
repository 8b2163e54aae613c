import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createLocalSandboxHost } from '../../../../lib/adapters/sandboxes/local-process/local-sandbox-host.ts';
import type { BackupCommands } from '../../../../lib/ports/backup-commands.ts';
import { fetchBase } from '../../../../lib/recovery/physical/commanded/fetch-base.ts';
import { aDirectory, removeDirectories, sharedCache } from './sandbox-fixture.ts';

afterAll(removeDirectories);

const commandsOf = (fetch: string[], more: Partial<BackupCommands> = {}): BackupCommands => ({
  ...{ fetch, restore: ['false'], list: null, reads: [], environment: {}, secrets: [], network: false },
  ...{ fetchTimeoutSeconds: 60, fileTimeoutSeconds: 60 },
  ...more,
});

async function fetched(
  commands: BackupCommands,
  {
    mostBytes,
    key = 'LATEST',
    at = null,
    older = [],
  }: { mostBytes?: number; key?: string; at?: string | null; older?: string[] } = {},
) {
  const stateDirectory = aDirectory();
  chmodSync(stateDirectory, 0o711);
  const host = createLocalSandboxHost({ stateDirectory, cacheDirectory: sharedCache });
  const { signal } = new AbortController();
  const room = await host.commandRoom(commands, signal);
  const store = {
    ...{ location: 'nowhere', stat: async () => null },
    async *list() {},
    open: () => Promise.reject(new Error('nothing lies in a store')),
  };
  try {
    const outcome = await fetchBase(
      { store, key, walPrefix: '', keys: { passphrase: null } },
      {
        ...{ room, commands, signal, onBytes: () => {} },
        onOlder: (backups) => older.push(...backups.map(({ name }) => name)),
        target: at === null ? { kind: 'latest' } : { kind: 'time', time: at },
        ...(mostBytes === undefined ? {} : { mostBytes }),
      },
    );
    if ('refused' in outcome) return outcome.refused;
    const names: string[] = [];
    for await (const { key: name } of outcome.source.store.list()) names.push(name);
    return { names, codes: outcome.findings.map(({ code, message }) => `${code}: ${message}`) };
  } finally {
    await room.close();
    expect(existsSync(room.folder)).toBe(false);
  }
}

describe('a command that fetches a base backup', () => {
  test('is stopped when it writes more than there is room for', async () => {
    const fill = 'while :; do head -c 1000000 /dev/urandom >> "$0/filling"; sleep 0.01; done';
    const found = await fetched(commandsOf(['sh', '-c', fill, '{directory}']), { mostBytes: 20_000_000 });

    expect(found).toMatchObject({
      code: 'SANDBOX_DISK_FULL',
      message: 'fetch wrote more than the 20.0 MB of the disk that it may use',
    });
  });

  test('gets the newest of the list where only the tool knows it, and at a moment the newest before it', async () => {
    const print =
      "printf '20250101 2025-01-01T00:00:00Z\\n20250103 2025-01-03T00:00:00Z\\n20250102 2025-01-02T00:00:00Z\\n'";
    const commands = commandsOf(['touch', '{directory}/{backup}'], { list: ['sh', '-c', print] });

    const older: string[] = [];
    expect(await fetched(commands, { older })).toEqual({
      names: ['base/20250103'],
      codes: ['BACKUP_CHOSEN: the newest backup of list is 20250103'],
    });
    expect(older).toEqual(['20250102', '20250101']);
    expect(await fetched(commands, { at: '2025-01-02T12:00:00.000Z' })).toMatchObject({
      names: ['base/20250102'],
    });
    expect(await fetched(commands, { at: '2024-01-01T00:00:00.000Z' })).toMatchObject({
      code: 'TARGET_BEFORE_BACKUP',
    });
    expect(await fetched(commands, { key: '20250101/' })).toMatchObject({
      names: ['base/20250101'],
      codes: [],
    });
  });

  test('has an environment of what is configured, a place for its temporary files, and nothing of ours', async () => {
    process.env.OURS_ALONE = 'x';
    const script =
      'env | cut -d= -f1 | sort > "$0/names"; echo x > /tmp/scratch || echo x > "$TMPDIR/scratch"; test -z "$(cut -d: -f1 /proc/net/dev 2>/dev/null | grep eth)"; for name in $(cat "$0/names"); do touch "$0/$name"; done; rm "$0/names"';
    const found = await fetched(
      commandsOf(['sh', '-c', script, '{directory}'], { environment: { MINE: '1' } }),
    );
    delete process.env.OURS_ALONE;

    const names = 'names' in found ? found.names.map((name) => name.slice('base/'.length)) : found;
    expect(names).toEqual(expect.arrayContaining(['HOME', 'LC_ALL', 'MINE', 'PATH', 'TMPDIR', 'TZ']));
    expect(
      (names as string[]).filter(
        (name) =>
          ![
            'HOME',
            'LC_ALL',
            'MINE',
            'PATH',
            'TMPDIR',
            'TZ',
            'PWD',
            'OLDPWD',
            'SHLVL',
            '_',
            'LD_ORIGIN_PATH',
          ].includes(name),
      ),
    ).toEqual([]);
  });

  test('of a relative path is none: nobody could say what it is relative to', async () => {
    expect(await fetched(commandsOf([join('bin', 'fetch'), '{directory}']))).toMatchObject({
      code: 'BACKUP_COMMAND_MISSING',
      message: expect.stringContaining('bin/fetch is a relative path'),
    });
  });
});
