import { bareHeader } from '../lib/domain/backup/dump.ts';

/** What is known of a dump before it is read: nothing, which is all that a restore needs. */
export const unknownHeader = bareHeader({ layout: 'plain', wrappings: [], archiveVersion: null });
