import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DrillPorts } from '../../lib/ports/drill-ports.ts';
import type { DrillNotice, Notice } from '../../lib/ports/notifier.ts';
import { runLocalDrill } from '../../lib/runtimes/local/run-drill.ts';
import { inMemoryRestore } from '../support/in-memory-restore.ts';

const root = resolve(import.meta.dirname, '../..');

/** Files that a section of docs/extending.md lists. */
function listedIn(heading: string): string[] {
  const text = readFileSync(join(root, 'docs/extending.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const list =
    section
      .split(/\n(?=\d+\. )/)
      .slice(1)
      .join('\n')
      .split('\n\n')[0] ?? '';
  return [...list.matchAll(/`((?:lib|test|lambdas|docs)\/[^`]+)`/g)].map((match) => match[1] ?? '');
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    return statSync(join(root, path)).isDirectory() ? sourcesBelow(path) : [path];
  });
}

describe('A notifier', () => {
  const listed = listedIn('A notifier');

  test('is a list of files that exist', () => {
    expect(listed.length).toBeGreaterThan(5);
    expect(listed.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test('touches no file but those listed: nothing else knows of SNS or its topic', () => {
    const others = new Set([
      // The alarms and their guards publish to the same topic without a notifier of ours.
      'lib/infra/watch/alarms.ts',
      'lib/infra/watch/execution-failed.ts',
      // The topic is an output of the stack, which the command line shows.
      'lib/contract/outputs.ts',
      'lib/cli/remote/stack.ts',
      // The construct gives the topic to whoever deploys it.
      'lib/cdk/restore-drill.ts',
      'lib/cdk/drills-file.ts',
      // Doctor asks the topic who hears of it.
      'lib/cli/doctor/subscriptions.ts',
      'lib/cli/remote/clients.ts',
      // Messages are as short as the narrowest notifier takes.
      'lib/adapters/notices/messages/message.ts',
      'lib/adapters/notices/messages/attention-changed.ts',
      // The customer key encrypts the topic too, says its description.
      'lib/domain/config/account.ts',
    ]);
    const knowing = ['lib', 'lambdas', 'bin', 'containers']
      .flatMap(sourcesBelow)
      .filter((file) => /\bsns\b|snsClient|topicArn/i.test(readFileSync(join(root, file), 'utf8')))
      .filter((file) => !others.has(file));
    expect(knowing.filter((file) => !listed.includes(file))).toEqual([]);
    expect(listed.filter((file) => file.startsWith('lib/') && !knowing.includes(file))).toEqual([]);
  });

  test('is all it takes to hear of everything: one object in the list of notifiers', async () => {
    const { ports } = inMemoryRestore();
    const heard: Notice['kind'][] = [];
    const notify = async ({ kind }: Notice) => void heard.push(kind);
    const notifiers: DrillPorts['notifiers'] = [...ports.notifiers, { name: 'a new one', notify }];

    await runLocalDrill({
      ...{ drillId: 'restore-1', operator: 'ada', ports: { ...ports, notifiers } },
      input: { mode: 'restore', database: 'shop', confirm: 'shop' },
      watcher: { began: () => {}, ended: () => {} },
      outside: {
        answer: async () => ({ decision: 'approved', by: 'ada' }),
        hook: () => Promise.reject(new Error('no hook here')),
      },
    });

    // By the type, so that a notice that is added and never sent does not compile here.
    const every: Record<DrillNotice['kind'], true> = {
      'drill began': true,
      'restore planned': true,
      'approval needed': true,
      'drill sealed': true,
    };
    expect(heard).toEqual(Object.keys(every));
  });
});
