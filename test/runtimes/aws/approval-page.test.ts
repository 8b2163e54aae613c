import { describe, expect, test } from 'vitest';
import { outcomePage, questionPage, refusedPage } from '../../../lib/runtimes/aws/approval-page.ts';

const approval = {
  drillId: 'd1',
  database: 'shop',
  plan: '<script>alert("x")</script> & \'y\'',
  requestedAt: '2026-11-20T03:00:00Z',
  expiresAt: '2026-11-20T15:00:00Z',
  answer: null,
};

describe('the page of an approval', () => {
  test('shows the plan as text, whatever stands in it', () => {
    const { body } = questionPage('approved', approval);

    expect(body).not.toContain('<script>');
    expect(body).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;');
  });

  test('says on its button what the link does, and has no other', () => {
    expect(questionPage('approved', approval).body.match(/<button/g)).toHaveLength(1);
    expect(questionPage('approved', approval).body).toContain('Approve: keep the restored database');
    expect(questionPage('declined', approval).body).toContain('Decline: remove the restored database');
  });

  test.each([
    [refusedPage({ state: 'invalid' }), 403, 'This link is not valid'],
    [refusedPage({ state: 'expired', expiresAt: '2026-11-20T15:00:00Z' }), 410, 'Too late'],
    [refusedPage({ state: 'already answered', decision: 'declined' }), 409, 'was declined before'],
    [outcomePage({ state: 'answered', decision: 'approved' }), 200, 'The restore is approved'],
    [
      outcomePage({ state: 'already answered', decision: 'declined', by: '<b>', answeredAt: 'now' }),
      409,
      'by &lt;b&gt; at now',
    ],
    [outcomePage({ state: 'unknown' }), 404, 'No such question'],
    [outcomePage({ state: 'no longer waiting' }), 410, 'Nobody waits for this answer'],
  ])('tells every outcome in a sentence (%#)', (page, statusCode, sentence) => {
    expect(page.statusCode).toBe(statusCode);
    expect(page.body).toContain(sentence);
    expect(page.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });
});
