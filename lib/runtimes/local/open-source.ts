import { createCommandedStore } from '../../adapters/dump-stores/commanded-store.ts';
import type { LocalSandboxHost } from '../../adapters/sandboxes/local-process/local-sandbox-options.ts';
import type { SourceConfig } from '../../domain/config/index.ts';
import type { OpenedSource } from '../../ports/drill-ports.ts';
import { listBackups } from '../../recovery/physical/commanded/list-backups.ts';
import { commandsWith } from '../../steps/backup-commands.ts';
import { systemClock } from '../system-clock.ts';
import type { LocalConfiguration } from './local-configuration.ts';

/** Opens a source: what lies in a folder or bucket, or what commands of the user list. */
export async function openLocalSource(
  source: SourceConfig,
  configuration: LocalConfiguration,
  sandboxes: LocalSandboxHost,
  signal: AbortSignal,
): Promise<OpenedSource> {
  if (source.physical?.commands == null) return configuration.openStore(source);
  const environment = await configuration.commandEnvironment(source);
  const commands = commandsWith(source, environment === undefined ? {} : { environment });
  const list = async () => {
    if (commands === null) return [];
    const room = await sandboxes.commandRoom(commands, signal);
    try {
      return await listBackups(commands, room, signal);
    } finally {
      await room.close();
    }
  };
  return {
    store: createCommandedStore(`what \`${commands?.fetch[0]}\` has`, list, () => systemClock.now()),
    prefix: '',
  };
}
