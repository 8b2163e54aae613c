import { readFileSync } from 'node:fs';
import { type DrillConfig, parseConfig } from '../../../lib/domain/config/index.ts';

/** @throws Error with the problems of the text */
export function aConfig(text: string): DrillConfig {
  const parsed = parseConfig(text);
  if ('config' in parsed) return parsed.config;
  throw new Error(JSON.stringify(parsed.problems));
}

/** One database with a schedule, and nothing else said: what a new user deploys. */
export const defaultConfig = `
databases:
  shop:
    source: { bucket: acme-backups, prefix: postgres/, maxAge: 26h }
    objectives: { rto: 4h, rpo: 24h }
    schedule: { cron: "0 3 1 * ? *" }
`;

export const exampleConfig = (): DrillConfig => aConfig(readFileSync('examples/drills.yaml', 'utf8'));
