import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { attentionMessages } from '../../../lib/adapters/notices/messages/attention-changed.ts';
import { snsMessage } from '../../../lib/adapters/notices/sns-message.ts';
import { alarmHeadings, anchorOf } from '../../../lib/contract/alarm-names.ts';
import type { Concern, ConcernKind } from '../../../lib/domain/watch/concerns.ts';

const places = {
  region: 'eu-west-1',
  stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:restore-drill',
  evidenceBucket: 'evidence',
  runbook: 'https://example.com/runbook.md',
};
const since = '2026-11-20T03:00:00.000Z';
const aConcern = (given: Partial<Concern> = {}): Concern => ({
  ...{ kind: 'drillFailed', database: 'shop', says: 'The last drill ended NOT PROVEN.', drillId: 'drill-1' },
  ...given,
});
const kinds = Object.keys(alarmHeadings).filter(
  (key): key is ConcernKind => !['attention', 'functionErrors', 'notificationFailed'].includes(key),
);

describe('a message of the watch', () => {
  test.each(kinds)(
    'names database, drill and runbook section of %s, when it begins and when it is well',
    (kind) => {
      const concern = aConcern({ kind });
      const link = `https://example.com/runbook.md#${anchorOf(alarmHeadings[kind])}`;
      const [begun] = attentionMessages({ begun: [concern], well: [], lasting: [] }, places);
      const [well] = attentionMessages({ begun: [], well: [{ ...concern, since }], lasting: [] }, places);

      for (const message of [begun, well]) {
        expect(message?.subject).toContain('shop');
        expect(message?.body).toContain('shop');
        expect(message?.body).toContain('drill-1');
        expect(message?.body).toContain(link);
      }
      expect(begun?.body).toContain('/executions/details/');
      expect(well?.subject).toContain('well again');
    },
  );

  test('has kinds that docs/notifications.md names to whoever reads its JSON', () => {
    const page = readFileSync('docs/notifications.md', 'utf8');

    expect(kinds.filter((kind) => !page.includes(`\`${kind}\``))).toEqual([]);
  });

  test('leaves out no name, however many there are, and none is larger than SNS takes', () => {
    const begun = Array.from({ length: 1000 }, (_, index) =>
      aConcern({ database: `database-${index}`, says: 'x'.repeat(600) }),
    );

    const messages = attentionMessages({ begun, well: [], lasting: [] }, places);

    const together = messages.map(({ body }) => body).join('\n');
    for (const { database } of begun) expect(together).toContain(`${database}: `);
    for (const message of messages) {
      const { subject } = message;
      const { Message, MessageStructure } = snsMessage('attention changed', message);
      expect(Buffer.byteLength(Message)).toBeLessThan(256 * 1024);
      expect(MessageStructure).toBe('json');
      expect(Message).toContain('\\"begun\\"');
      expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    }
    expect(messages.at(-1)?.body).toContain('NEEDS ATTENTION');
  });

  test('says what lasts beside what is new', () => {
    const lasting = [{ ...aConcern({ database: 'wiki', drillId: null }), since }];
    const [message] = attentionMessages({ begun: [aConcern()], well: [], lasting }, places);

    expect(message?.body).toContain('STILL NEEDS ATTENTION');
    expect(message?.body).toContain(
      'wiki: A drill failed, timed out or was aborted, since 2026-11-20 03:00:00 UTC',
    );
  });
});
