import type { Verdict } from '../../findings/verdict.ts';
import { html, type Markup } from '../report/html/markup.ts';

const tones: Record<Verdict, string> = { PROVEN: 'good', NOT_PROVEN: 'bad', COULD_NOT_VERIFY: 'doubt' };

/** A verdict in a table: its word, in its colour. */
export const verdictCell = (verdict: Verdict, word: string): Markup =>
  html`<span class="${tones[verdict]}">${word}</span>`;
