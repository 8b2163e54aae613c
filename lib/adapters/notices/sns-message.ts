import type { Message } from './messages/message.ts';

/** SNS takes 256 KB, attributes included. */
const mostBytes = 250_000;

/**
 * What is published for one message: text for people who read mail, and JSON for programs – queues, functions and HTTP
 * endpoints –, `{ type, subject, text, data }`. Where both are more than SNS takes, the JSON is without the text, and
 * where even that is too much, everybody gets the text.
 *
 * @param kind of the notice: `drill sealed` becomes the type `Drill Sealed`
 */
export function snsMessage(
  kind: string,
  { subject, body, data }: Message,
): { Message: string; MessageStructure?: 'json' } {
  const type = kind.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
  const fitting = [
    { type, subject, text: body, data },
    { type, subject, data },
  ]
    .map((document) => JSON.stringify({ default: JSON.stringify(document), email: body, sms: subject }))
    .find((text) => Buffer.byteLength(text) <= mostBytes);
  return fitting === undefined ? { Message: body } : { Message: fitting, MessageStructure: 'json' };
}
