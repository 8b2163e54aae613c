import { type Command, Option } from 'commander';
import { durationInSeconds, moment, wholeNumber } from './terminal/option-values.ts';

/** Options of the commands that drill, or watch a drill. */
export function withProgress(command: Command): Command {
  return command
    .option('--quiet', 'only the verdict, and nothing of the steps')
    .addOption(
      new Option(
        '--progress <kind>',
        'how the steps are told on stderr: a live list on a terminal and lines elsewhere, always lines, or a JSON object per line',
      )
        .choices(['auto', 'plain', 'json'])
        .default('auto'),
    );
}

/** Options of the commands that read dumps. */
export function withSource(command: Command): Command {
  return command
    .option('--dump <file>', 'a file, a directory dump or s3://bucket/key; works with no config at all')
    .option(
      '--base <path>',
      'a base backup, a folder of them, or s3://bucket/prefix/, to recover instead of a dump; with --wal',
    )
    .option(
      '--wal <path>',
      'a folder of archived WAL, a tarball of segments, how the names of such files begin, or s3://bucket/prefix/, for --base',
    )
    .option('--lsn <position>', 'recover to this position of WAL, e.g. 0/F000138')
    .option('--immediate', 'recover no further than the base backup needs to be consistent')
    .option(
      '--from <dir>',
      'read the dumps of the configured database from this folder instead of its bucket',
    )
    .addOption(
      new Option(
        '--at <time>',
        'take the newest dump not after this moment (ISO 8601) or day and measure ages from it; recover a base backup to it',
      ).argParser(moment),
    )
    .option('--endpoint-url <url>', 'an S3-compatible endpoint for s3:// dumps')
    .option('--region <region>', 'region of the bucket (auto for Cloudflare R2)')
    .option('--path-style', 'address the bucket in the path, as MinIO wants it')
    .addOption(
      new Option('--connections <n>', 'parallel connections of the restore').argParser(wholeNumber(1, 64)),
    )
    .option('--keep-order <table...>', 'tables whose rows must be loaded in their order on one connection')
    .option(
      '--decrypt-passphrase-env <name>',
      'environment variable with the passphrase of an encrypted dump',
    )
    .option('--decrypt-passphrase-file <file>', 'file whose first line is the passphrase')
    .option('--decrypt-key-env <name>', 'environment variable with an age identity or an OpenPGP private key')
    .option('--decrypt-key-file <file>', 'file with an age identity or an OpenPGP private key')
    .option(
      '--member <name>',
      'name of the dump inside its tar or zip, e.g. db/database.sql.gz; * is a wildcard',
    )
    .addOption(
      new Option(
        '--entry-timeout <duration>',
        'end an entry of the dump that makes no progress for this long, e.g. 20s (default: 5m)',
      ).argParser(durationInSeconds),
    )
    .option('--cache-dir <dir>', 'where downloaded PostgreSQL servers are kept');
}
