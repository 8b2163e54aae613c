import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import { formatCountOf, listOf } from '../../text/quantities.ts';
import { wordOfBackup } from '../asking/backup-word.ts';
import type { BuiltInCheckKind } from '../asking/check.ts';
import { mostNamed } from '../asking/check-words.ts';
import { databasesOf, plannedBuiltIn } from '../asking/planning.ts';
import { expectedObjects } from './objects.ts';

const paramsSchema = z.object({ database: z.string(), extensions: z.array(z.string()) });
type Params = z.infer<typeof paramsSchema>;

interface InstalledExtension {
  name: string;
  version: string;
}

export const extensionsInstalled: BuiltInCheckKind<Params, InstalledExtension[]> = {
  kind: 'extensions',
  title: 'extensions are installed',
  asks: 'Is every extension of the dump installed? Its version is recorded; a dump does not say which version production has.',
  origin: 'built-in',
  scans: false,
  findings: ['EXTENSION_MISSING'],
  plan(context) {
    return databasesOf(context).map((database) => {
      const announced = expectedObjects(context, database).filter(({ type }) => type === 'EXTENSION');
      const extensions = [...new Set(announced.map(({ name }) => name))].sort();
      return plannedBuiltIn(context, 'extensions', database, 'extensions are installed', {
        database,
        extensions,
      });
    });
  },
  notTested: (context) => [
    `Versions of extensions against production: the ${wordOfBackup(context)} does not say them.`,
  ],
  evidence: {
    expected: ({ extensions }) => listOf(extensions, mostNamed) || 'no extension',
    scope: ({ extensions }) => `${formatCountOf(extensions.length, 'extension')} of the backup`,
    actual: ({ extensions }, installed) => {
      const found = installed.filter(({ name }) => extensions.includes(name));
      const named = found.map(({ name, version }) => `${name} ${version}`);
      return listOf(named, mostNamed) || 'none of them';
    },
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe(_params, database) {
    const rows = await database.query(
      'select extname, extversion from pg_catalog.pg_extension order by extname',
    );
    return rows.map((row) => ({ name: String(row.extname), version: String(row.extversion) }));
  },
  judge({ database, extensions }, installed) {
    const names = new Set(installed.map(({ name }) => name));
    const findings = extensions
      .filter((name) => !names.has(name))
      .map((name) =>
        finding(
          'EXTENSION_MISSING',
          `extension ${name} is announced by the dump and not installed after the restore`,
        ),
      );
    const measured = { extensions: installed.map((extension) => ({ database, ...extension })) };
    return { status: findings.length === 0 ? 'passed' : 'failed', findings, measured };
  },
};
