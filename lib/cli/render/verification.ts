import type { TrustedKey } from '../../adapters/seals/verify-envelope.ts';
import {
  isVerified,
  type Problem,
  problemKinds,
  type Verification,
} from '../../domain/record/seal/verification.ts';
import { formatCountOf, formatMoment } from '../../domain/text/quantities.ts';
import { visibleText } from '../../domain/text/visible-text.ts';

/** What verifying came to, drill by drill, for a person. */
export function renderVerification(verification: Verification, keys: readonly TrustedKey[]): string {
  const { drills, problems, notes } = verification;
  const lines = drills.flatMap((drill) => {
    const { drillId, database, verdict, endedAt, place } = drill;
    const what =
      drillId === null
        ? place
        : `${drillId}  ${database}  ${verdict}  ${endedAt === null ? '' : formatMoment(endedAt)}`;
    return [
      `${drill.problems.length === 0 ? 'verified  ' : 'PROBLEM   '}${what}`,
      ...drill.problems.map(problemLine),
    ];
  });
  const bad = drills.filter((drill) => drill.problems.length > 0).length;
  const end = isVerified(verification)
    ? `${formatCountOf(drills.length, 'drill')} verified.`
    : drills.length === 0
      ? 'There is nothing to verify.'
      : `${formatCountOf(drills.length, 'drill')}, ${bad} with problems.`;
  const by =
    keys.length === 0
      ? ['No key was given: give the public key of whoever runs the drills with --key.']
      : keys.map(({ keyId }) => `Key: ${keyId}`);
  return `${[...lines, ...problems.map(problemLine), ...notes.map((note) => `note: ${note}`), '', ...by, end]
    .map(visibleText)
    .join('\n')}\n`;
}

const problemLine = ({ kind, detail }: Problem): string =>
  `          ${kind}: ${detail} (${problemKinds[kind]})`;
