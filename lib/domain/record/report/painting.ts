import type { Severity } from '../../findings/findings.ts';
import type { Verdict } from '../../findings/verdict.ts';

/** How a terminal shows what a text is; each gives back the text with the colour around it. */
export interface Painting {
  verdict(verdict: Verdict, text: string): string;
  severity(severity: Severity, text: string): string;
  /** Labels and what is beside the point. */
  dim(text: string): string;
  heading(text: string): string;
}

/** Without colour. */
export const unpainted: Painting = {
  verdict: (_verdict, text) => text,
  severity: (_severity, text) => text,
  dim: (text) => text,
  heading: (text) => text,
};
