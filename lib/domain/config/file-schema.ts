import * as z from 'zod';
import { awsSchema } from './account.ts';
import { writtenDatabase } from './database.ts';
import { notify } from './notify.ts';

/**
 * drills.yaml as people write it. Used for the published JSON Schema and for the parts that stand outside databases;
 * databases themselves are judged after `defaults` were merged into them (parse-config.ts).
 */
export const fileSchema = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'Address of this schema, for editors.' }),
    databases: z
      .record(z.string(), writtenDatabase)
      .meta({ description: 'The databases to protect, by name.' }),
    defaults: writtenDatabase.optional().meta({
      description:
        'Taken by every database that does not say otherwise. Sections are merged key by key, lists are replaced.',
    }),
    notify: notify.optional().meta({
      description: 'Who is told of the drills of every database, beside the terminal and the topic.',
    }),
    aws: awsSchema.optional(),
  })
  .meta({
    title: 'restore-drill configuration',
    description: 'drills.yaml: which dumps to drill, and what they must prove.',
  });

/** The file without its databases: their turn comes after merging. */
export const outsideDatabases = fileSchema.extend({ databases: z.unknown().optional() });
