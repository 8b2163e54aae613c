/** A requirement that asks for proof that backups can be restored. */
export interface Control {
  standard: string;
  clause: string;
  asks: string;
  proves: string;
  /** What nobody should read into it. */
  not: string;
}

/** What the export is evidence of, and what not. In the words of the standards as far as they may be quoted. */
export const controls: readonly Control[] = [
  {
    standard: 'SOC 2 (TSC 2017)',
    clause: 'A1.2',
    asks: 'Backup processes and recovery infrastructure are designed, operated, maintained and monitored.',
    proves:
      'That backups of the databases named here were made, could be read to their end, and were restored on infrastructure kept for it.',
    not: 'Environmental protections, backups of anything else, and who may change the backup job.',
  },
  {
    standard: 'SOC 2 (TSC 2017)',
    clause: 'A1.3',
    asks: 'Recovery plan procedures are tested to meet the objectives.',
    proves:
      'That the recovery of the data was tested at the times listed, with the recovery time and the loss measured against the objectives.',
    not: 'The parts of the plan outside the database: people, applications, DNS, communication.',
  },
  {
    standard: 'ISO/IEC 27001:2022',
    clause: 'A.8.13',
    asks: 'Backup copies are maintained and regularly tested.',
    proves: 'That backup copies were tested by restoring them, how often, and what each test found.',
    not: 'That the backup policy is right: its retention, its places, and what it leaves out.',
  },
  {
    standard: 'ISO/IEC 27001:2022',
    clause: 'A.5.29',
    asks: 'Information security is maintained during disruption.',
    proves:
      'That restored data stood in a sandbox without a way out, and was removed; a real restore needed a decision of a person.',
    not: 'Security of the systems that would run on the restored data.',
  },
  {
    standard: 'ISO/IEC 27001:2022',
    clause: 'A.5.30',
    asks: 'ICT readiness is planned, implemented, maintained and tested by continuity objectives.',
    proves: 'That recovery time and loss of the databases were measured against RTO and RPO at each drill.',
    not: 'That RTO and RPO follow from an analysis of the business, and the readiness of all else.',
  },
  {
    standard: 'DORA (EU) 2022/2554',
    clause: 'Art. 11',
    asks: 'ICT business continuity and recovery plans are tested at least yearly.',
    proves:
      'That the recovery of these databases was exercised at the times listed, with records of each test and of its exceptions.',
    not: 'Scenarios of cyber-attack and switch-over of whole functions, crisis communication, and reporting to authorities.',
  },
  {
    standard: 'DORA (EU) 2022/2554',
    clause: 'Art. 12',
    asks: 'Backup and restoration procedures are tested periodically; restored data is checked; restoring uses systems segregated from the source.',
    proves:
      'That restoration was tested on a server of its own, apart from production, and that what was restored was checked: rows, keys, content where the source bore witness.',
    not: 'Secondary processing sites, reconciliation with counterparties, and retention.',
  },
  {
    standard: 'NIST SP 800-53 r5',
    clause: 'CP-4',
    asks: 'The contingency plan is tested, results are reviewed, corrective actions are begun.',
    proves: 'The tests of data recovery, their results, and how long each exception stood open.',
    not: 'The review itself: sign the reports of the drills, or this export.',
  },
  {
    standard: 'NIST SP 800-53 r5',
    clause: 'CP-9',
    asks: 'Backups are made; (1) tested for reliability and integrity; (2) restored by sample.',
    proves:
      'Enhancements 1 and 2 for the databases named here: every drill restores a whole backup and compares its digest where there is one.',
    not: 'Backups of system state and documentation, and the protection of the backups where they are stored.',
  },
  {
    standard: 'NIST SP 800-53 r5',
    clause: 'CP-10',
    asks: 'The system can be recovered to a known state within the objectives.',
    proves: 'That the database could be recovered to the moment stated, in the time measured.',
    not: 'Reconstitution of the whole system; transactions after the recovered moment are lost as the RPO says.',
  },
];
