import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { ReportedError } from '../reported-error.ts';

/** What every line of a door's log carries. */
export interface LogFacts {
  drillId?: string;
  database?: string;
  attempt?: number;
}

export interface DoorLogger {
  info(message: string, facts?: object): void;
  warn(message: string, facts?: object): void;
  /** The one line of a failure. */
  failed(error: ReportedError, facts?: object): void;
}

/** Structured lines with the drill, the database and the state in each. */
export function doorLogger(state: string, facts: LogFacts, context?: Context): DoorLogger {
  const logger = new Logger({ serviceName: 'restore-drill', persistentKeys: { state, ...facts } });
  if (context !== undefined) logger.addContext(context);
  return {
    info: (message, extra = {}) => logger.info(message, { ...extra }),
    warn: (message, extra = {}) => logger.warn(message, { ...extra }),
    failed: (error, extra = {}) => logger.error(error.message, { failure: error, ...extra }),
  };
}
