import type { FindingDefinition } from './definition.ts';

/** Objectives, and how this drill compares with others. */
export const objectivesFindings = {
  RTO_MISSED: {
    severity: 'error',
    blames: 'drill',
    objectivesOnly: true,
    meaning: 'The restore took longer than the recovery time objective.',
    hint: 'See the phases for where the time went.',
  },
  RPO_MISSED: {
    severity: 'error',
    blames: 'source',
    objectivesOnly: true,
    meaning: 'More would have been lost than the recovery point objective allows.',
    hint: 'Take backups more often (of base backups: archive WAL more often, archive_timeout), or change the objective.',
  },
  RTO_SLOWER: {
    severity: 'warning',
    blames: 'drill',
    meaning: 'The restore took much longer than in the last proven drill.',
    hint: 'See the phases for where the time went.',
  },
  RTO_AT_RISK: {
    severity: 'warning',
    blames: 'drill',
    meaning:
      'By its forecast the restore takes longer than the recovery time objective within 90 days, or comes close to it.',
    hint: 'Nothing is missed yet. Enlarge the sandbox or the connections, archive old data, or change the objective before it is.',
  },
  OLDER_DUMP_PROVEN: {
    severity: 'info',
    blames: 'dump',
    meaning: 'The newest backup failed; an older one could be restored.',
    hint: 'Until a newer backup is proven, a real restore loses everything since the older one.',
  },
} as const satisfies Record<string, FindingDefinition>;
