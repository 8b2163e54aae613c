import { findingRegistry } from './finding-registry.ts';

const verdicts = {
  error: 'NOT_PROVEN',
  unverified: 'COULD_NOT_VERIFY',
  warning: 'none',
  info: 'none',
} as const;

/** docs/findings.md: one heading per code, so that a finding's documentation can be linked to. */
export function renderFindings(): string {
  const sections = Object.entries(findingRegistry).map(([code, { severity, meaning, hint }]) =>
    [
      `## ${code}`,
      '',
      `${meaning}`,
      '',
      `Severity **${severity}** · verdict ${verdicts[severity]}`,
      '',
      `→ ${hint}`,
      '',
    ].join('\n'),
  );
  return [
    '# Findings',
    '',
    'Every named thing that a drill can say, generated from `lib/domain/findings/finding-registry.ts`. Severity decides the verdict: `error`',
    'makes a drill NOT_PROVEN, `unverified` makes it COULD_NOT_VERIFY, `warning` and `info` change nothing.',
    '',
    ...sections,
  ].join('\n');
}
