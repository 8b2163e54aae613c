import { reportFiles } from '../../../contract/evidence.ts';
import { evidenceKey } from '../../evidence/evidence-keys.ts';

/** Where the things are that a message points to. Names and ARNs, nothing secret. */
export interface NoticePlaces {
  region: string;
  stateMachineArn: string;
  evidenceBucket: string;
  /** Address of docs/runbook.md of the deployed version. */
  runbook: string;
}

/** Consoles of the other partitions have hosts of their own. */
const consoleHosts: Record<string, string> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** An execution's name is its drill's id; nothing else may get into a URL and a command line. */
export const executionArn = ({ stateMachineArn }: NoticePlaces, drillId: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${drillId.replace(/[^\w-]/g, '_')}`;

/** The execution in the Step Functions console. */
export function executionUrl(places: NoticePlaces, drillId: string): string {
  const partition = places.stateMachineArn.split(':')[1] ?? 'aws';
  const host = consoleHosts[partition] ?? 'console.aws.amazon.com';
  return `https://${places.region}.${host}/states/home?region=${places.region}#/v2/executions/details/${executionArn(places, drillId)}`;
}

/** `s3://bucket/drills/<drillId>/report.md` */
export const reportLocation = ({ evidenceBucket }: NoticePlaces, drillId: string): string =>
  `s3://${evidenceBucket}/${evidenceKey(drillId, reportFiles.markdown)}`;
