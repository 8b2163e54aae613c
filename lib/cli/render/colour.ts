import pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;

/** Where something is drawn; process.stdout and process.stderr are such streams. */
interface Screen {
  isTTY?: boolean;
  columns?: number;
}

/**
 * Colour only on a terminal that understands it. NO_COLOR (https://no-color.org: present and not empty) wins over
 * FORCE_COLOR, which turns colour on in a pipe.
 */
export function colourWanted(screen: Screen, env: NodeJS.ProcessEnv): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false;
  const forced = env.FORCE_COLOR ?? '';
  if (forced !== '') return forced !== '0' && forced !== 'false';
  return screen.isTTY === true && env.TERM !== 'dumb';
}

export function coloursFor(wanted: boolean): Colours {
  return pc.createColors(wanted);
}

/** Width to lay out for: the terminal's, 80 in a pipe, never under 40 nor over 120 where lines become hard to read. */
export function widthOf(screen: Screen): number {
  return Math.min(120, Math.max(40, screen.columns ?? 80));
}
