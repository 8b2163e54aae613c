import { describe, expect, test } from 'vitest';
import { snsMessage } from '../../../lib/adapters/notices/sns-message.ts';

describe('what is published', () => {
  test('leaves the text out of the JSON before it leaves out the JSON', () => {
    const half = { subject: 's', body: 'x'.repeat(120_000), data: { y: 'y'.repeat(100_000) } };
    const texts = JSON.parse(snsMessage('drill sealed', half).Message) as { default: string; email: string };
    expect(texts.email).toBe(half.body);
    expect(JSON.parse(texts.default)).toEqual({ type: 'Drill Sealed', subject: 's', data: half.data });
  });

  test('is the text alone where nothing else fits', () => {
    const message = { subject: 's', body: 'text', data: { y: 'y'.repeat(260_000) } };
    expect(snsMessage('drill sealed', message)).toEqual({ Message: 'text' });
  });
});
