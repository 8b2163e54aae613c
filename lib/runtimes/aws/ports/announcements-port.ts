import { createAnnouncements } from '../../../adapters/notices/announcements.ts';
import type { Announcements } from '../../../ports/announcements.ts';
import { snsClient } from '../clients.ts';
import { doorLogger } from '../door-logger.ts';
import { readEnvironment } from '../environment.ts';
import { metricSink } from '../metric-sink.ts';
import { currentRegion } from '../region.ts';
import { approvalsPort } from './approvals-port.ts';
import { evidencePort } from './evidence-port.ts';
import { ledgerPort } from './ledger-port.ts';

/** Tells people over the stack's topic, and dashboards by metrics. */
export function announcementsPort(): Announcements {
  const { topicArn, stateMachineArn, evidenceBucket, approvalUrl } = readEnvironment([
    'topicArn',
    'stateMachineArn',
    'evidenceBucket',
    'approvalUrl',
  ]);
  const log = doorLogger('announcements', {});
  return createAnnouncements({
    sns: snsClient(),
    topicArn,
    approvals: approvalsPort(),
    ledger: ledgerPort(),
    evidence: evidencePort(),
    metrics: metricSink(),
    places: { region: currentRegion(), stateMachineArn, evidenceBucket, approvalUrl },
    log: (message, facts) => log.warn(message, facts),
  });
}
