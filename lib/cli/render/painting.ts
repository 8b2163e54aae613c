import type { Severity } from '../../domain/findings/findings.ts';
import type { Painting } from '../../domain/record/report/painting.ts';
import { type Colours, coloursFor } from './colour.ts';

/** The colours of the house. */
export function paintingFor(wanted: boolean): Painting {
  const colours = coloursFor(wanted);
  const ofVerdict = { PROVEN: colours.green, NOT_PROVEN: colours.red, COULD_NOT_VERIFY: colours.yellow };
  return {
    verdict: (verdict, text) => ofVerdict[verdict](text),
    severity: (severity, text) => severityColour(severity, colours)(text),
    dim: colours.dim,
    heading: colours.bold,
  };
}

const severityColour = (severity: Severity, colours: Colours): ((text: string) => string) =>
  ({ error: colours.red, unverified: colours.yellow, warning: colours.yellow, info: colours.dim })[severity];
