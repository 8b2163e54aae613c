import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { evidenceOf } from '../../contract/evidence.ts';
import { drillMetrics } from '../../contract/metric-names.ts';
import type { DrillState } from '../../domain/drill/drill-state.ts';
import type { AttemptReport } from '../../domain/record/attempt-report.ts';
import { visibleText } from '../../domain/text/visible-text.ts';
import type { Announcements, ApprovalRequest } from '../../ports/announcements.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { MetricSink } from '../../ports/metric-sink.ts';
import { linkUrl } from '../approvals/approval-links.ts';
import type { Approvals } from '../approvals/approvals.ts';
import { awsErrorText } from '../aws/aws-errors.ts';
import { putDrillMetrics } from './drill-metrics.ts';
import { approvalNeededMessage, approvalPlan } from './messages/approval-needed.ts';
import type { AnnouncementPlaces } from './messages/console-links.ts';
import { drillSealedMessage } from './messages/drill-sealed.ts';
import type { Message } from './messages/message.ts';
import { restorePlannedMessage } from './messages/restore-planned.ts';

export type { AnnouncementPlaces } from './messages/console-links.ts';

export interface AnnouncementOptions {
  sns: SNSClient;
  topicArn: string;
  approvals: Pick<Approvals, 'open'>;
  /** Says when the dump of a real restore was proven. */
  ledger: Pick<Ledger, 'lastProven'>;
  /** Holds what Judge said of the restored data, for the person who decides; absent: the message goes without. */
  evidence?: Pick<EvidenceStore, 'find'>;
  metrics: MetricSink;
  places: AnnouncementPlaces;
  /** Told of what could not be sent; names and codes only. */
  log: (message: string, facts: Record<string, string>) => void;
}

/** A message and its attributes beside `event`, for filter policies of subscriptions. */
interface Rendered {
  message: Message;
  about: { database: string; mode: string; verdict?: string };
}

/**
 * Tells people over one SNS topic and machines by metrics. Every record is announced, good or bad: a schedule that falls
 * silent must not look like one that runs well. Nothing is thrown; what could not be sent is logged and counted.
 */
export function createAnnouncements(options: AnnouncementOptions): Announcements {
  const { sns, topicArn, approvals, ledger, metrics, places, log } = options;

  async function failed(what: string, drillId: string, error: unknown): Promise<void> {
    log(`could not ${what}`, { drillId, error: awsErrorText(error) });
    metrics.put(drillMetrics.notificationFailed, 1, 'Count', {});
    await flushed(drillId);
  }

  async function flushed(drillId: string): Promise<void> {
    try {
      await metrics.flush();
    } catch (error) {
      log('could not write metrics', { drillId, error: awsErrorText(error) });
    }
  }

  /** `render` runs in here too: a message that cannot be written must not fail a drill either. */
  async function tell(drillId: string, event: string, render: () => Rendered): Promise<void> {
    try {
      const { message, about } = render();
      await sns.send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: message.subject,
          Message: message.body,
          MessageAttributes: Object.fromEntries(
            Object.entries({ event, ...about }).map(([name, value]) => [
              name,
              { DataType: 'String', StringValue: value },
            ]),
          ),
        }),
      );
    } catch (error) {
      await failed(`publish "${event}" to the topic`, drillId, error);
    }
  }

  /** Null when the token could not be kept: then the message says how to answer without links. */
  async function openApproval(request: ApprovalRequest, report: AttemptReport | null) {
    const { taskToken, expiresAt, state } = request;
    const { drillId, database } = state;
    try {
      const plan = approvalPlan(state, report);
      return await approvals.open({ drillId, database, taskToken, expiresAt, plan });
    } catch (error) {
      await failed('keep the approval', drillId, error);
      return null;
    }
  }

  /** What Judge left; a decision is asked for with or without it. */
  async function readReport({ drillId, attempt }: DrillState): Promise<AttemptReport | null> {
    try {
      return (await options.evidence?.find(evidenceOf.attempt(attempt), drillId)) ?? null;
    } catch (error) {
      log('could not read the report of the attempt', { drillId, error: awsErrorText(error) });
      return null;
    }
  }

  const aboutRestore = ({ database, request }: DrillState) => ({
    database: visibleText(database),
    mode: request.mode,
  });

  return {
    async restorePlanned(state) {
      const lastProven = await ledger.lastProven(state.database).catch(() => null);
      await tell(state.drillId, 'restore planned', () => ({
        message: restorePlannedMessage(state, lastProven, places),
        about: aboutRestore(state),
      }));
    },

    async approvalNeeded({ state, taskToken, expiresAt }) {
      const { drillId } = state;
      const report = await readReport(state);
      const links = await openApproval({ state, taskToken, expiresAt }, report);
      const urls =
        links === null
          ? null
          : {
              approve: linkUrl(places.approvalUrl, links.approve),
              decline: linkUrl(places.approvalUrl, links.decline),
            };
      await tell(drillId, 'approval needed', () => ({
        message: approvalNeededMessage(state, expiresAt, urls, report, places),
        about: aboutRestore(state),
      }));
    },

    async drillSealed(record) {
      const { drillId, database, mode, verdict } = record;
      try {
        putDrillMetrics(record, metrics);
      } catch (error) {
        log('could not write metrics', { drillId, error: awsErrorText(error) });
      }
      await tell(drillId, 'drill sealed', () => ({
        message: drillSealedMessage(record, places),
        about: { database: visibleText(database), mode, verdict },
      }));
      await flushed(drillId);
    },
  };
}
