/** Other services that are told of sealed records. Clients that few deployments need are loaded when there is a record to tell. */

import { createEventBus } from '../../../adapters/notices/event-bus.ts';
import type { NoticePlaces } from '../../../adapters/notices/messages/console-links.ts';
import type { RecordExport } from '../../../ports/record-exports.ts';
import { eventBridgeClient } from '../clients.ts';
import { deployedConfig } from '../configuration.ts';

/** For doors that seal the record of their own drill. */
export const exportsPort = (places: NoticePlaces): RecordExport[] => [
  ...exportsOfOthers(places),
  ...(deployedConfig().aws?.backupValidation === true ? [backupValidation] : []),
];

/** For the door that seals the record of a drill which died: what that was asked for, nobody knows any more. */
export const exportsOfOthers = (places: NoticePlaces): RecordExport[] => [
  createEventBus(eventBridgeClient()),
  ...(deployedConfig().aws?.securityHub === true ? [securityHub(places)] : []),
];

const securityHub = (places: NoticePlaces): RecordExport => ({
  what: 'import the findings into Security Hub',
  async drillSealed(record) {
    const { importIntoSecurityHub } = await import('./security-hub.ts');
    await importIntoSecurityHub(record, places);
  },
});

const backupValidation: RecordExport = {
  what: 'tell AWS Backup of the validation',
  async drillSealed(record) {
    const { tellAwsBackup } = await import('./backup-validation.ts');
    await tellAwsBackup(record);
  },
};
