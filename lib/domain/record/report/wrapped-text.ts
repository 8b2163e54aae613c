import { wrapAnsi } from 'fast-wrap-ansi';
import { visibleText } from '../../text/visible-text.ts';

/** Text made visible and broken at words, with one lead for the first line and another for those after it. */
export function wrapped(text: string, lead: string, indent: string, width: number): string {
  const room = Math.max(20, width - indent.length);
  return wrapAnsi(visibleText(text), room, { hard: true, trim: true })
    .split('\n')
    .map((line, place) => `${place === 0 ? lead : indent}${line}`)
    .join('\n');
}
