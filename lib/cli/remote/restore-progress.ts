import * as z from 'zod';
import type { RestoreProgress } from '../../domain/recovery/restore-account.ts';
import { progressEvidenceName } from '../../runtimes/aws/restore-task/task-progress.ts';
import type { Account } from './account.ts';

const progressDocument = z.object({
  bytesRead: z.number(),
  bytesTotal: z.number().nullable(),
  entriesDone: z.number(),
  rowsLoaded: z.number(),
  currentObject: z.string().nullable(),
  phase: z.enum(['reading', 'pre-data', 'data', 'post-data', 'finishing']),
});

/**
 * Reads what the restore task leaves in the evidence bucket while it works. Progress is a comfort: whoever may not
 * read it watches without.
 */
export async function restoreProgressOf(
  account: Account,
  drillId: string,
): Promise<(attempt: number) => Promise<RestoreProgress | null>> {
  const evidence = await account.evidence();
  return async (attempt) => {
    const document = await evidence.findJson(drillId, progressEvidenceName(attempt)).catch(() => null);
    return progressDocument.safeParse(document).data ?? null;
  };
}
