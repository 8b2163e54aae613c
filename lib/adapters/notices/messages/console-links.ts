import { consoleOrigin } from '../../../contract/console-hosts.ts';
import { reportFiles } from '../../../domain/record/report/report-files.ts';
import { evidenceKey } from '../../evidence/evidence-keys.ts';

/** Where the things are that a message points to. Names and ARNs, nothing secret. */
export interface NoticePlaces {
  region: string;
  stateMachineArn: string;
  evidenceBucket: string;
  /** Address of docs/runbook.md of the deployed version. */
  runbook: string;
}

/** An execution's name is its drill's id; nothing else may get into a URL and a command line. */
export const executionArn = ({ stateMachineArn }: NoticePlaces, drillId: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${drillId.replace(/[^\w-]/g, '_')}`;

/** The execution in the Step Functions console. */
export function executionUrl(places: NoticePlaces, drillId: string): string {
  return `${consoleOrigin(places.stateMachineArn)}/states/home?region=${places.region}#/v2/executions/details/${executionArn(places, drillId)}`;
}

/** `s3://bucket/drills/<drillId>/report.html` */
export const reportLocation = ({ evidenceBucket }: NoticePlaces, drillId: string): string =>
  `s3://${evidenceBucket}/${evidenceKey(drillId, reportFiles.html)}`;
