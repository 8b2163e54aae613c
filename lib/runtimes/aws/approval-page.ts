import type { Decision } from '../../adapters/approvals/approval-links.ts';
import type { AnswerOutcome, ApprovalView, LinkCheck } from '../../adapters/approvals/approval-outcomes.ts';

/** What a Lambda function URL gives back. */
export interface PageResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** Nothing is loaded, framed, kept or leaked: the page is text and one form that posts to where it came from. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
};

const verbs: Record<Decision, { button: string; consequence: string; past: string }> = {
  approved: {
    button: 'Approve: keep the restored database',
    consequence: 'The restored database is kept: it becomes an instance of its own, and its cost goes on.',
    past: 'approved',
  },
  declined: {
    button: 'Decline: remove the restored database',
    consequence: 'The restored database is removed. Nothing else is touched.',
    past: 'declined',
  },
};

/** The question: the plan and the button of this link. Looking answers nothing, because mail scanners open links. */
export function questionPage(decision: Decision, approval: ApprovalView): PageResponse {
  const { drillId, database, plan, expiresAt } = approval;
  const { button, consequence } = verbs[decision];
  return page(200, `Restore of ${database}`, [
    `<pre>${escapeHtml(plan)}</pre>`,
    `<p>${escapeHtml(consequence)} Drill ${escapeHtml(drillId)} waits until ${escapeHtml(expiresAt)}.</p>`,
    // Posts to the very same address: the signature in it is what counts.
    `<form method="post"><button type="submit">${escapeHtml(button)}</button></form>`,
    '<p>The other link of the message gives the other answer.</p>',
  ]);
}

/** Why a link cannot be answered. */
export function refusedPage(check: Exclude<LinkCheck, { state: 'valid' }>): PageResponse {
  if (check.state === 'invalid')
    return page(403, 'This link is not valid', [
      '<p>It is not one that was sent, or a newer message replaced it. Open it from the newest message.</p>',
    ]);
  if (check.state === 'expired') return expired(check.expiresAt);
  return page(409, 'Answered already', [`<p>The restore was ${verbs[check.decision].past} before.</p>`]);
}

/** What became of an answer. */
export function outcomePage(outcome: AnswerOutcome): PageResponse {
  switch (outcome.state) {
    case 'answered':
      return page(200, `The restore is ${verbs[outcome.decision].past}`, [
        `<p>${escapeHtml(verbs[outcome.decision].consequence)} You may close this page.</p>`,
      ]);
    case 'already answered':
      return page(409, 'Answered already', [
        `<p>The restore was ${verbs[outcome.decision].past} by ${escapeHtml(outcome.by)} at ${escapeHtml(outcome.answeredAt)}.</p>`,
      ]);
    case 'expired':
      return expired(outcome.expiresAt);
    case 'unknown':
      return page(404, 'No such question', ['<p>No approval of this restore is waited for.</p>']);
    case 'no longer waiting':
      return page(410, 'Nobody waits for this answer', [
        '<p>The execution ended before the answer came; see it in the Step Functions console.</p>',
      ]);
  }
}

/** A defect or an outage; the log says which. */
export const brokenPage = (): PageResponse =>
  page(500, 'The answer could not be given', [
    '<p>Try again in a minute, or answer with <code>restore-drill approve</code>.</p>',
  ]);

/** Anything but looking and answering. */
export const methodPage = (): PageResponse => {
  const answer = page(405, 'Not that way', ['<p>This address is looked at and answered, nothing else.</p>']);
  return { ...answer, headers: { ...answer.headers, allow: 'GET, POST' } };
};

const expired = (expiresAt: string): PageResponse =>
  page(410, 'Too late', [
    `<p>The question was open until ${escapeHtml(expiresAt)}; the restored database has been removed.</p>`,
  ]);

function page(statusCode: number, title: string, paragraphs: string[]): PageResponse {
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}pre{white-space:pre-wrap}button{font:inherit;padding:.6rem 1rem}</style>
</head><body><h1>${escapeHtml(title)}</h1>
${paragraphs.join('\n')}
</body></html>
`;
  return { statusCode, headers, body };
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Names of dumps and databases are anything: nothing of them may become markup. */
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
