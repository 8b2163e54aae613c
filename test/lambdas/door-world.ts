import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DrillConfig, parseConfig } from '../../lib/domain/config/index.ts';
import {
  cloudWatchClient,
  dynamoDbClient,
  ecsClient,
  eventBridgeClient,
  rdsClient,
  secretsManagerClient,
  sfnClient,
  snsClient,
  ssmClient,
} from '../../lib/runtimes/aws/clients.ts';
import { type AwsOverHttp, awsOverHttp } from '../containers/aws-over-http.ts';
import { type MemoryTable, memoryTable } from '../support/aws/memory-table.ts';
import { type RecordedCall, scripted } from '../support/aws/scripted-client.ts';

const written = `
databases:
  shop:
    source: { bucket: backups, pattern: "shop_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz" }
    objectives: { rto: 4h, rpo: 24h }
    schedule: { cron: "0 3 1 * ? *", timezone: Europe/London }
aws: { accounts: ["111122223333"]METRICS }
NOTIFY
`;

export const stateMachineArn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:restore-drill';

/** The account in which doors run: S3 over HTTP, a table in memory, and scripts for the rest. */
export interface DoorWorld {
  s3: AwsOverHttp;
  table: MemoryTable;
  calls: RecordedCall[];
  /** Answers by command; what is not there answers nothing (`{}`). */
  answers: Record<string, (input: Record<string, unknown>) => unknown>;
  /** Lines that were written to the log, parsed. */
  environment: Record<string, string>;
  stop(): Promise<void>;
}

interface DoorSettings {
  databaseMetrics?: boolean;
  /** More of drills.yaml. */
  notify?: string;
}

/** drills.yaml of the tests, parsed as synth parses it. */
export function theConfig({ databaseMetrics = false, notify = '' }: DoorSettings = {}): DrillConfig {
  const metrics = databaseMetrics ? ', databaseMetrics: true' : '';
  const parsed = parseConfig(written.replace('METRICS', metrics).replace('NOTIFY', notify));
  if ('problems' in parsed) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  return parsed.config;
}

/** Sets the environment of this process and puts scripts behind the clients that the doors share. */
export async function enterDoorWorld(settings: DoorSettings = {}): Promise<DoorWorld> {
  const s3 = await awsOverHttp({ secret: '' });
  const code = mkdtempSync(join(tmpdir(), 'restore-drill-door-'));
  writeFileSync(join(code, 'drills.json'), JSON.stringify(theConfig(settings)));
  const environment = {
    ...s3.environment,
    LAMBDA_TASK_ROOT: code,
    STACK_NAME: 'restore-drill',
    LEDGER_TABLE: 'ledger',
    EVIDENCE_BUCKET: 'evidence',
    TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:restore-drill',
    STATE_MACHINE_ARN: stateMachineArn,
    APPROVAL_URL: 'https://example.lambda-url.eu-west-1.on.aws/',
    RESTORE_CLUSTER: 'restore-drill',
    SANDBOX_TASKS: '[]',
    RESTORE_TASKS: JSON.stringify([
      { taskDefinition: 'small', upToDumpBytes: 1000, vcpu: 1, memoryGib: 2 },
      { taskDefinition: 'large', upToDumpBytes: 2000, vcpu: 8, memoryGib: 16 },
    ]),
    RESTORE_NETWORK: JSON.stringify({
      subnets: ['subnet-1'],
      securityGroups: ['sg-1'],
      assignPublicIp: 'ENABLED',
    }),
    RUNBOOK: 'https://example.com/runbook.md',
    DEAD_LETTER_QUEUE: 'restore-drill-dead-letters',
  };
  const before = { ...process.env };
  Object.assign(process.env, environment);
  const calls: RecordedCall[] = [];
  const table = memoryTable();
  const answers: DoorWorld['answers'] = {};
  scripted(dynamoDbClient(), table.respond, calls);
  const clients = [
    eventBridgeClient(),
    rdsClient(),
    ecsClient(),
    sfnClient(),
    snsClient(),
    cloudWatchClient(),
  ];
  for (const client of [...clients, ssmClient(), secretsManagerClient()])
    scripted(client, (command, input) => answers[command]?.(input) ?? {}, calls);
  return {
    s3,
    table,
    calls,
    answers,
    environment,
    stop: async () => {
      process.env = before;
      rmSync(code, { recursive: true, force: true });
      await s3.stop();
    },
  };
}
