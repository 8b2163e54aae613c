/** What a drill concludes. Never anything else; see docs/architecture.md for the rules that are never bent. */
export type Verdict = 'PROVEN' | 'NOT_PROVEN' | 'COULD_NOT_VERIFY';

/** Exit codes of the command line: 64 (wrong usage, EX_USAGE of sysexits.h) is the door's own. */
export const exitCodes: Record<Verdict, 0 | 1 | 2> = { PROVEN: 0, NOT_PROVEN: 1, COULD_NOT_VERIFY: 2 };
