/** One part of a recovery: a phase of the drill, or what lies between its phases. */
export interface MeasuredPart {
  name: string;
  seconds: number;
  /** How much it worked on: bytes or rows, the same in all drills. Null: it takes its time whatever the size. */
  amount: number | null;
}

/** What one drill says of the time and the money that a recovery takes. */
export interface DrillMeasurement {
  drillId: string;
  /** When it started, in days since 1970 in UTC. */
  day: number;
  /** From the go decision to the last check passed; the sum of its parts. */
  rtoSeconds: number;
  parts: MeasuredPart[];
  /** Bytes of the backup, or its rows where nobody knows the bytes; null: neither is known. */
  size: number | null;
  /** At list prices; null: it cost nothing, or nobody knows. */
  costUsd: number | null;
}
