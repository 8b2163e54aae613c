import type { AlarmKey } from '../../contract/alarm-names.ts';
import { defaultStackName } from '../../contract/names.ts';
import type { DatabaseConfig, DrillConfig, ScheduleConfig } from '../../domain/config/index.ts';
import { dumpAgeLimitSeconds, overdueAfterSeconds } from '../../domain/config/overdue.ts';
import { formatSeconds, listOf } from '../../domain/text/quantities.ts';
import { visibleText } from '../../domain/text/visible-text.ts';

/** More names than this are counted instead of listed. */
const mostNames = 8;

const whenAndWhere = ({ cron, sandbox }: ScheduleConfig): string =>
  sandbox === null ? cron : `${cron} in ${sandbox}`;

/**
 * What a synthesized configuration will do by itself and what it will not, each lack with its reason: a database that
 * nobody drills looks like every other one until it is needed.
 */
export function deploymentSummary({ databases, aws }: DrillConfig): string {
  const alarm = (key: AlarmKey) => `${aws?.stackName ?? defaultStackName}-${key}`;
  const rows: [label: string, sentences: string[]][] = [
    ['Databases', [`${Object.keys(databases).length}: ${names(Object.keys(databases))}`]],
    [
      'Schedules',
      coverage(databases, {
        value: ({ schedules }) => (schedules.length === 0 ? null : schedules.map(whenAndWhere).join(', ')),
        has: 'drilled by schedule',
        lacks: 'drilled only when somebody starts it, because it has no schedule',
      }),
    ],
    [
      'Watched',
      [
        'hourly, and told by name: a change for the worse once, and when it is well again',
        ...coverage(databases, {
          value: ({ schedules }) => after(overdueAfterSeconds(schedules)),
          has: 'told when not proven in time',
          lacks: 'never told for missing drills, because it has no schedule',
        }),
        ...coverage(databases, {
          value: (config) => after(dumpAgeLimitSeconds(config)),
          has: 'told when the newest dump is too old',
          lacks:
            'never told for old dumps, because neither source.maxAge nor source.interval nor objectives.rpo is set',
        }),
        ...coverage(databases, {
          value: ({ objectives }) => after(objectives.rtoSeconds ?? objectives.rpoSeconds),
          has: 'told when an objective is missed',
          lacks: 'measured and never missed, because no objectives are set',
        }),
      ],
    ],
    [
      'Alarms',
      [
        `two for all databases: ${alarm('attention')} while the watch finds anything, or is silent for three hours; ${alarm('functionErrors')} when a guard function failed`,
        'a rule tells at once of each execution that failed, timed out or was aborted, whatever else is dead',
      ],
    ],
    [
      'Heard by',
      [
        aws === null || aws.alarmEmail === null
          ? 'nobody, because aws.alarmEmail is not set: subscribe to the topic yourself'
          : `${aws.alarmEmail}, once the mail of AWS is confirmed`,
      ],
    ],
    [
      'Approvals',
      [
        (aws?.approvalLinks ?? true)
          ? 'by the links of a notification, or restore-drill approve'
          : 'by restore-drill approve alone, because aws.approvalLinks is false',
      ],
    ],
  ];
  return rows
    .flatMap(([label, sentences]) =>
      sentences.map(
        (sentence, index) => `  ${(index === 0 ? label : '').padEnd(11)}${visibleText(sentence)}\n`,
      ),
    )
    .join('');
}

/** What is told of one thing that a database has, or has not. */
interface Coverage {
  /** What it has, in short; null: nothing. */
  value(config: DatabaseConfig): string | null;
  has: string;
  lacks: string;
}

/** One sentence for those that have it, and one for those that lack it; an empty side is not told. */
function coverage(databases: DrillConfig['databases'], { value, has, lacks }: Coverage): string[] {
  const found = Object.entries(databases).map(([name, config]) => ({ name, value: value(config) }));
  const having = found.filter((one) => one.value !== null);
  const lacking = found.filter((one) => one.value === null);
  return [
    ...(having.length === 0 ? [] : [`${has}: ${names(having.map((one) => `${one.name} (${one.value})`))}`]),
    ...(lacking.length === 0 ? [] : [`${lacks}: ${names(lacking.map(({ name }) => name))}`]),
  ];
}

const after = (seconds: number | null): string | null => (seconds === null ? null : formatSeconds(seconds));
const names = (all: string[]): string => listOf(all, mostNames);
