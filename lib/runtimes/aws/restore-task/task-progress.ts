import { evidenceOf } from '../../../contract/evidence.ts';
import type { RestoreProgress } from '../../../domain/recovery/restore-account.ts';
import type { ProgressSink } from '../../../ports/drill-ports.ts';
import type { EvidenceStore } from '../../../ports/evidence-store.ts';
import { reportedError } from '../../reported-error.ts';
import type { DoorLogger } from '../door-logger.ts';

/** Remembers the newest progress; `publish` keeps it where a watcher finds it, and logs it. */
interface TaskProgress extends ProgressSink {
  publish(): Promise<void>;
}

/**
 * A heartbeat carries no data (SendTaskHeartbeat has the token only), so progress travels by the evidence store. That
 * it cannot be told must not end a restore.
 */
export function taskProgress(
  pointer: { drillId: string; attempt: number },
  evidence: EvidenceStore,
  log: DoorLogger,
  now: () => Date,
): TaskProgress {
  let newest: RestoreProgress | null = null;
  let published: RestoreProgress | null = null;
  return {
    restoreProgress(progress) {
      newest = progress;
    },
    async publish() {
      if (newest === null || newest === published) return;
      published = newest;
      log.info('restore progress', { progress: published });
      const stored = { ...published, at: now().toISOString() };
      try {
        await evidence.write(evidenceOf.progress(pointer.attempt), pointer.drillId, stored);
      } catch (error) {
        log.warn('progress could not be kept', { failure: reportedError(error) });
      }
    },
  };
}
