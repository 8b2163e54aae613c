/** People: what they are told, and what they are asked. */

import {
  type ApprovalAnswersOptions,
  createApprovalAnswers,
} from '../../../adapters/approvals/approval-answers.ts';
import type { ApprovalAnswers } from '../../../adapters/approvals/approval-outcomes.ts';
import { createApprovals } from '../../../adapters/approvals/approvals.ts';
import { createGivenAnswers } from '../../../adapters/approvals/given-answers.ts';
import { createDrillMetrics } from '../../../adapters/metrics/drill-metrics.ts';
import { createMishapLog } from '../../../adapters/metrics/mishap-log.ts';
import type { NoticePlaces } from '../../../adapters/notices/messages/console-links.ts';
import { createSnsNotifier } from '../../../adapters/notices/sns-notifier.ts';
import type { Approvals, GivenAnswers } from '../../../ports/approvals.ts';
import type { DrillPorts } from '../../../ports/drill-ports.ts';
import { systemClock } from '../../system-clock.ts';
import { dynamoDbClient, sfnClient, snsClient } from '../clients.ts';
import { deployedConfig } from '../configuration.ts';
import { doorLogger } from '../door-logger.ts';
import { readEnvironment } from '../environment.ts';
import { metricSink } from '../metric-sink.ts';
import { currentRegion } from '../region.ts';
import { exportsOfOthers, exportsPort } from './exports.ts';
import { notifyTargetsPort } from './notify-targets.ts';

/** Every way to tell people and dashboards, and where it is said that one of them failed. */
export function tellingPorts(): Pick<DrillPorts, 'notifiers' | 'drillMetrics' | 'exports' | 'mishaps'> {
  return {
    notifiers: [...notifiersPort(), ...notifyTargetsPort(noticePlaces())],
    // Each metric of a database costs 0.30 USD a month: only where drills.yaml asks for them.
    drillMetrics: deployedConfig().aws?.databaseMetrics === true ? createDrillMetrics(metricSink()) : null,
    exports: exportsPort(noticePlaces()),
    mishaps: mishapsPort(),
  };
}

/** Who is told that a drill begins: no person. */
export const beginningPorts = (): Pick<DrillPorts, 'exports' | 'notifiers' | 'mishaps'> => ({
  notifiers: notifyTargetsPort(noticePlaces()),
  exports: exportsOfOthers(noticePlaces()),
  mishaps: mishapsPort(),
});

/** The way to tell people of everything. */
export function notifiersPort(): DrillPorts['notifiers'] {
  const { topicArn } = readEnvironment(['topicArn']);
  return [createSnsNotifier({ sns: snsClient(), topicArn, places: noticePlaces() })];
}

const noticePlaces = (): NoticePlaces => ({
  region: currentRegion(),
  ...readEnvironment(['stateMachineArn', 'evidenceBucket', 'runbook']),
});

function mishapsPort(): DrillPorts['mishaps'] {
  const log = doorLogger('notices', {});
  return createMishapLog({ log: (message, facts) => log.warn(message, facts) });
}

/** Questions to people, for the door that asks. */
export const approvalsPort = (): Approvals =>
  createApprovals({ ...approvalTable(), approvalUrl: readEnvironment(['approvalUrl']).approvalUrl });

/** The same, for the door that takes the answers. */
export const approvalAnswersPort = (): ApprovalAnswers =>
  createApprovalAnswers({ ...approvalTable(), sfn: sfnClient() });

/** What people answered, for doors that find a drill which ended early. */
export const givenAnswersPort = (): GivenAnswers => createGivenAnswers(approvalTable());

const approvalTable = (): Omit<ApprovalAnswersOptions, 'sfn'> => ({
  client: dynamoDbClient(),
  tableName: readEnvironment(['ledgerTable']).ledgerTable,
  clock: systemClock,
});
