import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { distinctKinds, kindOf, type RecordedKind } from '../../iam/support/recorded-calls.ts';
import { account as realAccount } from '../../iam/support/resolve-template.ts';
import { repositoryRoot } from '../../support/repository-root.ts';
import { databaseNames } from './databases.ts';
import { account } from './emulator.ts';
import { stackName, type World } from './world.ts';

/** Where test/iam reads what the doors did. */
const recordingFile = join(repositoryRoot, 'test/iam/recorded-calls.json');

export const writtenKinds = (): RecordedKind[] =>
  JSON.parse(readFileSync(recordingFile, 'utf8')) as RecordedKind[];

export function writeKinds(kinds: RecordedKind[]): void {
  writeFileSync(recordingFile, JSON.stringify(kinds));
  execFileSync(join(repositoryRoot, 'node_modules/.bin/biome'), ['format', '--write', recordingFile]);
}

/** Every kind of call that the doors made, with everything left out that differs from run to run. */
export function kindsOf(world: World): RecordedKind[] {
  const plain = withoutChance(world);
  const kinds = world.front.calls
    // Without a door: the test itself, or the CDK CLI. SQL tokens are signed locally and never seen here.
    .filter(({ door }) => door !== '')
    .map((call) => kindOf({ ...call, door: call.door.replace(`${stackName}-`, '') }, plain));
  return distinctKinds(kinds);
}

const databases = databaseNames.join('|');

function withoutChance(world: World): (text: string) => string {
  const { outputs } = world.account;
  const names = ['LedgerTable', 'EvidenceBucket'].map((name): [string, string] => [
    outputs[name] ?? '',
    `<${name}>`,
  ]);
  const rules: [RegExp, string][] = [
    [/shop_\d{8}T\d{6}Z/g, 'shop_20260101T000000Z'],
    [/\b(database|lock)#(?!slots\b)[\w-]+/g, '$1#shop'],
    [new RegExp(`"(${databases})/`, 'g'), '"shop/'],
    [new RegExp(`-hook-(${databases})-(migrate|smoke-test)\\b`, 'g'), '-hook-shop-$2'],
    [/restore-drill-[a-z0-9-]+-[0-9a-f]{10}(-p\d)?/g, 'restore-drill-example-0123456789'],
    [/(drill|approval)#[\w-]+/g, '$1#example'],
    [/(drills)\/(?:[\w-]+)\//g, '$1/example/'],
    [/execution:([\w-]+):[\w-]+/g, 'execution:$1:example'],
    [/rds!db-[0-9a-f-]+/g, 'rds!db-00000000-0000-0000-0000-000000000000'],
    [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '00000000-0000-0000-0000-000000000000'],
    [/(restore-drill:(?:drill|handed-over)":")[^"]*/g, '$1example'],
    [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '2026-01-01T00:00:00.000Z'],
    [/vol-[0-9a-fA-F]+/g, 'vol-0a'],
    [/check-\d+-\d+/g, 'check-1-1'],
    [/(attempt|account|checks|plan|progress|request|prepared|credentials)([-/])\d+/g, '$1$21'],
  ];
  return (text) => {
    let result = text.replaceAll(account, realAccount);
    for (const [found, name] of names) result = result.replaceAll(found, name);
    for (const [pattern, replacement] of rules) result = result.replace(pattern, replacement);
    return result;
  };
}
