// The types of drills.yaml, from its JSON Schema: renew them with npm run docs.

/**
 * drills.yaml: which dumps to drill, and what they must prove.
 */
export interface DrillsFile {
  /**
   * Address of this schema, for editors.
   */
  $schema?: string;
  /**
   * The databases to protect, by name.
   */
  databases: {
    [k: string]: Database;
  };
  /**
   * Taken by every database that does not say otherwise. Sections are merged key by key, lists are replaced.
   */
  defaults?: Database;
  /**
   * Who is told of the drills of every database, beside the terminal and the topic.
   */
  notify?: {
    /**
     * A message to an incoming webhook of Slack.
     */
    slack?:
      | 'off'
      | {
          /**
           * Environment variable with the URL (local runs).
           */
          urlEnv?: string;
          /**
           * File whose first line is the URL, relative to this file (local runs).
           */
          urlFile?: string;
          /**
           * SSM SecureString with the URL (AWS).
           */
          urlParameter?: string;
          /**
           * Secret of Secrets Manager with the URL (AWS).
           */
          urlSecret?: string;
          /**
           * When: `failure`, `recovery`, `every`, or a list. Default `[failure, recovery]`.
           */
          on?: ('failure' | 'recovery' | 'every') | ('failure' | 'recovery' | 'every')[];
        };
    /**
     * The sealed drill as JSON, signed, by POST (docs/notifications.md).
     */
    webhook?:
      | 'off'
      | {
          /**
           * Environment variable with the URL (local runs).
           */
          urlEnv?: string;
          /**
           * File whose first line is the URL, relative to this file (local runs).
           */
          urlFile?: string;
          /**
           * SSM SecureString with the URL (AWS).
           */
          urlParameter?: string;
          /**
           * Secret of Secrets Manager with the URL (AWS).
           */
          urlSecret?: string;
          /**
           * Environment variable with the signing secret (local runs).
           */
          secretEnv?: string;
          /**
           * File whose first line is the signing secret, relative to this file (local runs).
           */
          secretFile?: string;
          /**
           * SSM SecureString with the signing secret (AWS).
           */
          secretParameter?: string;
          /**
           * Secret of Secrets Manager with the signing secret (AWS).
           */
          secretSecret?: string;
          /**
           * When: `failure`, `recovery`, `every`, or a list. Default `every`.
           */
          on?: ('failure' | 'recovery' | 'every') | ('failure' | 'recovery' | 'every')[];
        };
    /**
     * Pings a check of healthchecks.io or alike: the URL when a drill proved, `/fail` below it otherwise. `{database}` in the URL becomes the name of the database.
     */
    healthcheck?:
      | 'off'
      | {
          /**
           * Environment variable with the URL (local runs).
           */
          urlEnv?: string;
          /**
           * File whose first line is the URL, relative to this file (local runs).
           */
          urlFile?: string;
          /**
           * SSM SecureString with the URL (AWS).
           */
          urlParameter?: string;
          /**
           * Secret of Secrets Manager with the URL (AWS).
           */
          urlSecret?: string;
          /**
           * Also ping `/start` when a drill begins, so that its time is measured. Default false.
           */
          start?: boolean;
        };
    /**
     * A textfile of metrics for node_exporter, one per database (local runs).
     */
    prometheus?:
      | 'off'
      | {
          /**
           * Folder of the textfile collector of node_exporter (`--collector.textfile.directory`), relative to this file. It must exist.
           */
          directory: string;
        };
  };
  /**
   * The AWS deployment as a whole.
   */
  aws?: {
    /**
     * Accounts that drills may run in; default: the one deployed to.
     *
     * @minItems 1
     */
    accounts?: string[];
    /**
     * Regions that drills may run in; default: the one deployed to.
     *
     * @minItems 1
     */
    regions?: string[];
    /**
     * Where alarms are sent.
     */
    alarmEmail?: string;
    /**
     * No drill starts when the estimate for the month exceeds this.
     */
    monthlyBudgetUsd?: number;
    /**
     * How many drills may have a sandbox and tasks at the same time; others wait, which counts into no RTO. A real restore never waits. Default 4.
     */
    maxConcurrentDrills?: number;
    /**
     * Name of the CloudFormation stack, and what the names of everything in it begin with. Default restore-drill.
     */
    stackName?: string;
    /**
     * An existing VPC (strict mode): nothing gets a public address. Default: a VPC of its own without NAT and interface endpoints.
     */
    network?: {
      vpcId: string;
      /**
       * Subnets for sandboxes and checks, in two zones at least. They need the S3 gateway endpoint (for the evidence bucket) and no other way out.
       *
       * @minItems 2
       */
      sandboxSubnets: string[];
      /**
       * Subnets of the restore task, with a route to S3, ECR, Logs, Secrets Manager, SSM, Step Functions and RDS.
       *
       * @minItems 2
       */
      taskSubnets: string[];
      /**
       * Zones of the sandbox subnets, in the same order.
       *
       * @minItems 2
       */
      availabilityZones: string[];
    };
    /**
     * Zones of the VPC that the stack makes, two to four; other ones make another VPC. Default: the first two of the region, which need not offer every instance class.
     *
     * @minItems 2
     * @maxItems 4
     */
    availabilityZones?: string[];
    /**
     * Tags for everything that is made, sandboxes and tasks of drills included, e.g. `{ CostCenter: "4711" }`.
     */
    tags?: {
      [k: string]: string;
    };
    /**
     * Ledger, bucket and, where it had one, key that a destroyed stack left: this one goes on with them. Default: it makes its own.
     */
    kept?: {
      ledgerTable: string;
      evidenceBucket: string;
      key?: string;
    };
    /**
     * Who may answer approvals from the command line, beside those with rights of their own.
     */
    approvers?: string[];
    /**
     * Whether a notification holds links that answer an approval. They lead to a public function URL, which some organisations and regions refuse. Default true.
     */
    approvalLinks?: boolean;
    /**
     * CloudWatch metrics of each database: verdict, RTO, RPO, phases, cost and ages. They cost some 0.30 USD a month each, at least 0.90 USD per database. Default false.
     */
    databaseMetrics?: boolean;
    /**
     * A CloudWatch dashboard over these metrics; needs databaseMetrics. 3 USD a month beyond the three free ones of 50 metrics. Default false.
     */
    dashboard?: boolean;
    /**
     * Nobody, the owner of the account included, can delete or change what drills write into the evidence bucket for so long (S3 Object Lock, compliance mode). Cannot be taken back for what is written. Default: versions are kept, and can be deleted by whoever has the right.
     */
    objectLock?: {
      /**
       * For so many years, 1 to 10.
       */
      years: number;
    };
    /**
     * Signs the record and reports of each drill with a KMS key of the stack (ECC P-256; 1 USD a month, and 0.15 USD per 10,000 signatures). Default false.
     */
    signing?: boolean;
    /**
     * Each drill that does not prove is a finding of Security Hub in this account and region, which the next proof takes back. Security Hub must be enabled there; it is paid for by finding beyond 10,000 a month. Default false.
     */
    securityHub?: boolean;
    /**
     * A drill whose request names a `restoreJobId` tells AWS Backup whether it proved the dump (PutRestoreValidationResult). Default false.
     */
    backupValidation?: boolean;
    /**
     * Pages of all drills below `site/` of the evidence bucket, renewed at each end of a drill: an index, and a page of each database with a calendar of its proofs. Nobody but readers of the bucket sees them. Default false.
     */
    site?: boolean;
    /**
     * Encrypts evidence and topic with a KMS key of your own (1 USD a month) instead of the key of S3, and of none for the topic. Once true, leave it: older evidence cannot be read without the key. Default false.
     */
    customerKey?: boolean;
  };
}
/**
 * One database to protect.
 */
export interface Database {
  /**
   * Where the dumps lie: a bucket or a folder.
   */
  source?:
    | {
        /**
         * Bucket of the dumps.
         */
        bucket?: string;
        /**
         * Folder in the bucket, e.g. `postgres/`. Patterns and companions are relative to it.
         */
        prefix?: string;
        /**
         * Region of the bucket; `auto` for Cloudflare R2.
         */
        region?: string;
        /**
         * Endpoint of an S3-compatible store.
         */
        endpointUrl?: string;
        /**
         * Bucket in the path instead of the host name. Default true with an endpoint, else false.
         */
        pathStyle?: boolean;
        /**
         * Secrets Manager secret with `accessKeyId` and `secretAccessKey` for an S3-compatible store (AWS only).
         */
        credentialsSecret?: string;
        /**
         * Account that must own the bucket.
         */
        expectedBucketOwner?: string;
        /**
         * The source holds base backups and archived WAL, not dumps. `pattern` names the base backups, e.g. `basebackup/{timestamp}/`.
         */
        physical?: {
          /**
           * The archived WAL, where no `tool` tells where it lies.
           */
          wal?: {
            /**
             * What the keys of archived WAL begin with, below the prefix or folder of the source: `wal/`, or `wal_archive_` where both lie side by side.
             */
            prefix: string;
          };
          /**
           * The source is a repository of pgBackRest, the folder or prefix with `archive/` and `backup/` in it. Its passphrase (`repo-cipher-pass`) is that of `decrypt`.
           */
          tool?: 'pgbackrest';
          /**
           * Stanza of the repository, with `tool`.
           */
          stanza?: string;
          /**
           * Base backups and WAL are brought by programs of yours, such as WAL-G, Barman or a script, without rights and behind walls. Needs `sandbox.majorVersion`. In AWS the image of the restore task must hold them (`-c sandboxImage=URI`).
           */
          commands?: {
            /**
             * Brings one base backup into the empty folder `{directory}` and ends with 0. `{backup}` is a name that `list` gave, else `LATEST`. Tablespaces may go into the empty folder `{tablespaces}`. A list of words, or a text that is split at blanks, where quotes hold words together and nothing else has a meaning; no shell reads it.
             */
            fetch: string | string[];
            /**
             * As restore_command: writes the file of WAL `{file}` to `{path}`. 0 and the file: it is there; 1 to 125: the archive has none of that name. `{directory}` is a folder with PG_VERSION and global/pg_control of the base backup, for tools that look into the cluster. A list of words, or a text that is split at blanks, where quotes hold words together and nothing else has a meaning; no shell reads it.
             */
            restore: string | string[];
            /**
             * Prints the base backups, one a line: its name, and behind a blank the moment that it was taken (ISO 8601) where the name holds none. Where some lines have a moment, those without are passed over, so that tables with a heading serve. Without any moment the last line is the newest. Left out, a drill takes the newest of the tool and no older one. A list of words, or a text that is split at blanks, where quotes hold words together and nothing else has a meaning; no shell reads it.
             */
            list?: string | string[];
            /**
             * Environment of the commands, beside PATH, HOME, TMPDIR, LC_ALL and TZ: values, or where a secret stands. Nothing of our own is in it, in AWS no credentials of the task either.
             */
            environment?: {
              [k: string]:
                | string
                | {
                    /**
                     * Environment variable with it (local runs).
                     */
                    env?: string;
                    /**
                     * File whose first line it is, relative to this file (local runs).
                     */
                    file?: string;
                    /**
                     * SSM SecureString with it (AWS).
                     */
                    parameter?: string;
                    /**
                     * Secret of Secrets Manager with it (AWS).
                     */
                    secret?: string;
                  };
            };
            /**
             * Files and folders that the commands read beside the programs of the system and the folder of the source, such as their configuration.
             */
            reads?: string[];
            /**
             * Whether the commands may use the network. Default: true with a bucket, false with a folder.
             */
            network?: boolean;
            /**
             * Longest time of `fetch`. Default 4h.
             */
            timeout?: string;
            /**
             * Longest time of `list`, and of `restore` for one file. Default 5m.
             */
            fileTimeout?: string;
          };
          /**
           * How old the newest archived WAL may be before the hourly watch tells that archiving has stopped (AWS), e.g. `1h`. Default: the RPO and a quarter of an hour. A server that nobody writes to archives nothing: give more where nights are quiet. Nothing is known of what `commands` bring.
           */
          maxLag?: string;
          /**
           * Where a drill recovers to: the end of the archive (`latest`, the default), the moment at which the base backup is consistent (`immediate`), a span before the drill (`before`), or a moment (`at`). `marker` proves by two rows that it was reached; alone, it goes with the moment that a request names.
           */
          recoverTo?:
            | ('latest' | 'immediate')
            | {
                /**
                 * So long before the drill begins, e.g. `5m`.
                 */
                before: string;
                /**
                 * Two rows written around the moment. Recovered to it, the row `before` must be there and the row `after` must not; recovered to the end of the archive, only `before` is asked. A request that names another moment than `at` or `before` of drills.yaml is not compared.
                 */
                marker?: {
                  /**
                   * Table of the marker rows, as SQL names it, e.g. `drill_marker`.
                   */
                  table: string;
                  /**
                   * Column that tells the rows apart, as it is (not quoted). Default `id`.
                   */
                  column?: string;
                  /**
                   * Database of the cluster. Default: the first one that holds tables.
                   */
                  database?: string;
                  /**
                   * Compared with the column as text. It is shown nowhere.
                   */
                  before: string | number;
                  /**
                   * Compared with the column as text. It is shown nowhere.
                   */
                  after?: string | number;
                };
              }
            | {
                /**
                 * A moment with its offset, e.g. `2026-05-13T14:30:00Z`, or a day, which stands for its end.
                 */
                at: string;
                /**
                 * Two rows written around the moment. Recovered to it, the row `before` must be there and the row `after` must not; recovered to the end of the archive, only `before` is asked. A request that names another moment than `at` or `before` of drills.yaml is not compared.
                 */
                marker?: {
                  /**
                   * Table of the marker rows, as SQL names it, e.g. `drill_marker`.
                   */
                  table: string;
                  /**
                   * Column that tells the rows apart, as it is (not quoted). Default `id`.
                   */
                  column?: string;
                  /**
                   * Database of the cluster. Default: the first one that holds tables.
                   */
                  database?: string;
                  /**
                   * Compared with the column as text. It is shown nowhere.
                   */
                  before: string | number;
                  /**
                   * Compared with the column as text. It is shown nowhere.
                   */
                  after?: string | number;
                };
              }
            | {
                /**
                 * Two rows written around the moment. Recovered to it, the row `before` must be there and the row `after` must not; recovered to the end of the archive, only `before` is asked. A request that names another moment than `at` or `before` of drills.yaml is not compared.
                 */
                marker: {
                  /**
                   * Table of the marker rows, as SQL names it, e.g. `drill_marker`.
                   */
                  table: string;
                  /**
                   * Column that tells the rows apart, as it is (not quoted). Default `id`.
                   */
                  column?: string;
                  /**
                   * Database of the cluster. Default: the first one that holds tables.
                   */
                  database?: string;
                  /**
                   * Compared with the column as text. It is shown nowhere.
                   */
                  before: string | number;
                  /**
                   * Compared with the column as text. It is shown nowhere.
                   */
                  after?: string | number;
                };
              };
          /**
           * True when the base backup is a snapshot of a whole volume at one instant, which has no backup_label. Never true of a copy of files.
           */
          fullSnapshot?: boolean;
        };
        /**
         * Names of dumps below the prefix or folder, e.g. `cleaning_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz`. Without it anything that could be a dump is taken.
         */
        pattern?: string;
        /**
         * IANA timezone of timestamps without an offset. Default UTC.
         */
        timezone?: string;
        /**
         * Smaller dumps are refused, e.g. `1MB`. Default: only empty ones.
         */
        minBytes?: number | string;
        /**
         * Largest age of the newest dump, e.g. `26h`.
         */
        maxAge?: string;
        /**
         * How often the backup job writes a dump; for the worst-case loss.
         */
        interval?: string;
        /**
         * Keys of encrypted dumps, base backups and WAL. The passphrase is that of `openssl enc -aes-256-cbc -pbkdf2`, `age -p` or `gpg -c`, or unlocks the private key; the private key is an identity of age or an armored private key of OpenPGP.
         */
        decrypt?: {
          /**
           * Environment variable with the passphrase (local runs).
           */
          passphraseEnv?: string;
          /**
           * File whose first line is the passphrase, relative to this file (local runs).
           */
          passphraseFile?: string;
          /**
           * SSM SecureString with the passphrase (AWS).
           */
          passphraseParameter?: string;
          /**
           * Secret of Secrets Manager with the passphrase (AWS).
           */
          passphraseSecret?: string;
          /**
           * Environment variable with the private key (local runs).
           */
          keyEnv?: string;
          /**
           * File with the private key, relative to this file (local runs).
           */
          keyFile?: string;
          /**
           * SSM SecureString with the private key (AWS).
           */
          keyParameter?: string;
          /**
           * Secret of Secrets Manager with the private key (AWS).
           */
          keySecret?: string;
        };
        /**
         * Name of the dump inside its tar or zip, e.g. `db/database.sql.gz`; `*` stands for anything within a folder. Without it the only dump in there is taken.
         */
        member?: string;
      }
    | {
        /**
         * Folder of the dumps, relative to this file.
         */
        folder: string;
        /**
         * The source holds base backups and archived WAL, not dumps. `pattern` names the base backups, e.g. `basebackup/{timestamp}/`.
         */
        physical?: {
          /**
           * The archived WAL, where no `tool` tells where it lies.
           */
          wal?: {
            /**
             * What the keys of archived WAL begin with, below the prefix or folder of the source: `wal/`, or `wal_archive_` where both lie side by side.
             */
            prefix: string;
          };
          /**
           * The source is a repository of pgBackRest, the folder or prefix with `archive/` and `backup/` in it. Its passphrase (`repo-cipher-pass`) is that of `decrypt`.
           */
          tool?: 'pgbackrest';
          /**
           * Stanza of the repository, with `tool`.
           */
          stanza?: string;
          /**
           * Base backups and WAL are brought by programs of yours, such as WAL-G, Barman or a script, without rights and behind walls. Needs `sandbox.majorVersion`. In AWS the image of the restore task must hold them (`-c sandboxImage=URI`).
           */
          commands?: {
            /**
             * Brings one base backup into the empty folder `{directory}` and ends with 0. `{backup}` is a name that `list` gave, else `LATEST`. Tablespaces may go into the empty folder `{tablespaces}`. A list of words, or a text that is split at blanks, where quotes hold words together and nothing else has a meaning; no shell reads it.
             */
            fetch: string | string[];
            /**
             * As restore_command: writes the file of WAL `{file}` to `{path}`. 0 and the file: it is there; 1 to 125: the archive has none of that name. `{directory}` is a folder with PG_VERSION and global/pg_control of the base backup, for tools that look into the cluster. A list of words, or a text that is split at blanks, where quotes hold words together and nothing else has a meaning; no shell reads it.
             */
            restore: string | string[];
            /**
             * Prints the base backups, one a line: its name, and behind a blank the moment that it was taken (ISO 8601) where the name holds none. Where some lines have a moment, those without are passed over, so that tables with a heading serve. Without any moment the last line is the newest. Left out, a drill takes the newest of the tool and no older one. A list of words, or a text that is split at blanks, where quotes hold words together and nothing else has a meaning; no shell reads it.
             */
            list?: string | string[];
            /**
             * Environment of the commands, beside PATH, HOME, TMPDIR, LC_ALL and TZ: values, or where a secret stands. Nothing of our own is in it, in AWS no credentials of the task either.
             */
            environment?: {
              [k: string]:
                | string
                | {
                    /**
                     * Environment variable with it (local runs).
                     */
                    env?: string;
                    /**
                     * File whose first line it is, relative to this file (local runs).
                     */
                    file?: string;
                    /**
                     * SSM SecureString with it (AWS).
                     */
                    parameter?: string;
                    /**
                     * Secret of Secrets Manager with it (AWS).
                     */
                    secret?: string;
                  };
            };
            /**
             * Files and folders that the commands read beside the programs of the system and the folder of the source, such as their configuration.
             */
            reads?: string[];
            /**
             * Whether the commands may use the network. Default: true with a bucket, false with a folder.
             */
            network?: boolean;
            /**
             * Longest time of `fetch`. Default 4h.
             */
            timeout?: string;
            /**
             * Longest time of `list`, and of `restore` for one file. Default 5m.
             */
            fileTimeout?: string;
          };
          /**
           * How old the newest archived WAL may be before the hourly watch tells that archiving has stopped (AWS), e.g. `1h`. Default: the RPO and a quarter of an hour. A server that nobody writes to archives nothing: give more where nights are quiet. Nothing is known of what `commands` bring.
           */
          maxLag?: string;
          /**
           * Where a drill recovers to: the end of the archive (`latest`, the default), the moment at which the base backup is consistent (`immediate`), a span before the drill (`before`), or a moment (`at`). `marker` proves by two rows that it was reached; alone, it goes with the moment that a request names.
           */
          recoverTo?:
            | ('latest' | 'immediate')
            | {
                /**
                 * So long before the drill begins, e.g. `5m`.
                 */
                before: string;
                /**
                 * Two rows written around the moment. Recovered to it, the row `before` must be there and the row `after` must not; recovered to the end of the archive, only `before` is asked. A request that names another moment than `at` or `before` of drills.yaml is not compared.
                 */
                marker?: {
                  /**
                   * Table of the marker rows, as SQL names it, e.g. `drill_marker`.
                   */
                  table: string;
                  /**
                   * Column that tells the rows apart, as it is (not quoted). Default `id`.
                   */
                  column?: string;
                  /**
                   * Database of the cluster. Default: the first one that holds tables.
                   */
                  database?: string;
                  /**
                   * Compared with the column as text. It is shown nowhere.
                   */
                  before: string | number;
                  /**
                   * Compared with the column as text. It is shown nowhere.
                   */
                  after?: string | number;
                };
              }
            | {
                /**
                 * A moment with its offset, e.g. `2026-05-13T14:30:00Z`, or a day, which stands for its end.
                 */
                at: string;
                /**
                 * Two rows written around the moment. Recovered to it, the row `before` must be there and the row `after` must not; recovered to the end of the archive, only `before` is asked. A request that names another moment than `at` or `before` of drills.yaml is not compared.
                 */
                marker?: {
                  /**
                   * Table of the marker rows, as SQL names it, e.g. `drill_marker`.
                   */
                  table: string;
                  /**
                   * Column that tells the rows apart, as it is (not quoted). Default `id`.
                   */
                  column?: string;
                  /**
                   * Database of the cluster. Default: the first one that holds tables.
                   */
                  database?: string;
                  /**
                   * Compared with the column as text. It is shown nowhere.
                   */
                  before: string | number;
                  /**
                   * Compared with the column as text. It is shown nowhere.
                   */
                  after?: string | number;
                };
              }
            | {
                /**
                 * Two rows written around the moment. Recovered to it, the row `before` must be there and the row `after` must not; recovered to the end of the archive, only `before` is asked. A request that names another moment than `at` or `before` of drills.yaml is not compared.
                 */
                marker: {
                  /**
                   * Table of the marker rows, as SQL names it, e.g. `drill_marker`.
                   */
                  table: string;
                  /**
                   * Column that tells the rows apart, as it is (not quoted). Default `id`.
                   */
                  column?: string;
                  /**
                   * Database of the cluster. Default: the first one that holds tables.
                   */
                  database?: string;
                  /**
                   * Compared with the column as text. It is shown nowhere.
                   */
                  before: string | number;
                  /**
                   * Compared with the column as text. It is shown nowhere.
                   */
                  after?: string | number;
                };
              };
          /**
           * True when the base backup is a snapshot of a whole volume at one instant, which has no backup_label. Never true of a copy of files.
           */
          fullSnapshot?: boolean;
        };
        /**
         * Names of dumps below the prefix or folder, e.g. `cleaning_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz`. Without it anything that could be a dump is taken.
         */
        pattern?: string;
        /**
         * IANA timezone of timestamps without an offset. Default UTC.
         */
        timezone?: string;
        /**
         * Smaller dumps are refused, e.g. `1MB`. Default: only empty ones.
         */
        minBytes?: number | string;
        /**
         * Largest age of the newest dump, e.g. `26h`.
         */
        maxAge?: string;
        /**
         * How often the backup job writes a dump; for the worst-case loss.
         */
        interval?: string;
        /**
         * Keys of encrypted dumps, base backups and WAL. The passphrase is that of `openssl enc -aes-256-cbc -pbkdf2`, `age -p` or `gpg -c`, or unlocks the private key; the private key is an identity of age or an armored private key of OpenPGP.
         */
        decrypt?: {
          /**
           * Environment variable with the passphrase (local runs).
           */
          passphraseEnv?: string;
          /**
           * File whose first line is the passphrase, relative to this file (local runs).
           */
          passphraseFile?: string;
          /**
           * SSM SecureString with the passphrase (AWS).
           */
          passphraseParameter?: string;
          /**
           * Secret of Secrets Manager with the passphrase (AWS).
           */
          passphraseSecret?: string;
          /**
           * Environment variable with the private key (local runs).
           */
          keyEnv?: string;
          /**
           * File with the private key, relative to this file (local runs).
           */
          keyFile?: string;
          /**
           * SSM SecureString with the private key (AWS).
           */
          keyParameter?: string;
          /**
           * Secret of Secrets Manager with the private key (AWS).
           */
          keySecret?: string;
        };
        /**
         * Name of the dump inside its tar or zip, e.g. `db/database.sql.gz`; `*` stands for anything within a folder. Without it the only dump in there is taken.
         */
        member?: string;
      };
  /**
   * When unattended drills run (AWS): one schedule, or a list, e.g. daily in the task and monthly in RDS.
   */
  schedule?:
    | {
        /**
         * EventBridge cron: minutes hours day-of-month month day-of-week year, e.g. `0 3 1 * ? *` for 03:00 on the first of each month; or `daily`, `weekly`, `monthly` (03:00, Sundays, the first).
         */
        cron?: string;
        /**
         * IANA timezone of the schedule. Default UTC.
         */
        timezone?: string;
        /**
         * How late a drill may be before the alarm for missing drills. Default 1d.
         */
        grace?: string;
        /**
         * Longest expected time between two drills, for the alarm for missing drills.
         */
        interval?: string;
        /**
         * Kind of sandbox of these drills. Default: that of `sandbox.kind`.
         */
        sandbox?: 'rds' | 'task';
      }
    | {
        /**
         * EventBridge cron: minutes hours day-of-month month day-of-week year, e.g. `0 3 1 * ? *` for 03:00 on the first of each month; or `daily`, `weekly`, `monthly` (03:00, Sundays, the first).
         */
        cron: string;
        /**
         * IANA timezone of the schedule. Default UTC.
         */
        timezone?: string;
        /**
         * How late a drill may be before the alarm for missing drills. Default 1d.
         */
        grace?: string;
        /**
         * Longest expected time between two drills, for the alarm for missing drills.
         */
        interval?: string;
        /**
         * Kind of sandbox of these drills. Default: that of `sandbox.kind`.
         */
        sandbox?: 'rds' | 'task';
      }[];
  /**
   * Files that must lie beside the dump.
   */
  companions?: {
    /**
     * File of the same backup run, e.g. `uploads_{timestamp}.tar.gz`.
     */
    pattern?: string;
    /**
     * File with a fixed name below the prefix, e.g. `LAST_SUCCESS.txt`.
     */
    key?: string;
    /**
     * Largest age, e.g. `26h`.
     */
    maxAge?: string;
    /**
     * It must unpack to its end.
     */
    archive?: 'tar' | 'tar.gz';
  }[];
  /**
   * What was promised; a missed objective makes a drill NOT_PROVEN.
   */
  objectives?: {
    /**
     * Recovery time objective, e.g. `4h`: from the decision to a proven database.
     */
    rto?: string;
    /**
     * Recovery point objective, e.g. `24h`: the most that may be lost.
     */
    rpo?: string;
  };
  /**
   * How the dump is restored.
   */
  restore?: {
    /**
     * Parallel connections. Default: one per processor of this machine (2 to 8); 4 in AWS.
     */
    connections?: number;
    /**
     * Create roles that the dump names but does not define, without login. Default true.
     */
    createMissingRoles?: boolean;
    /**
     * Restore a dump that creates its own database (pg_dump --create). Default false.
     */
    allowCreate?: boolean;
    /**
     * Tables (`schema.table`) whose rows are loaded on one connection in their order.
     */
    keepOrder?: string[];
    /**
     * Longest time for the restore. Default 6h.
     */
    timeout?: string;
    /**
     * Longest statement of a dump that is restored; rows of COPY do not count. It takes about three times its size in memory. Default 32MiB, at most 512MiB.
     */
    maxStatement?: number | string;
    /**
     * How many bytes one stored byte of a compressed dump, or of a compressed part of an archive, may hold; counts beyond 4 GiB. Default 10000.
     */
    maxRatio?: number;
    /**
     * An entry of the dump (rows of a table, an index, a key …) that makes no progress on the server for this long is ended, and the drill does not prove. Default 30m in AWS, 5m on this machine.
     */
    entryTimeout?: string;
  };
  /**
   * The throwaway server.
   */
  sandbox?: {
    /**
     * `rds`: a throwaway instance; `task`: a server inside the restore task, which takes a minute and costs a cent, and shows nothing of RDS (AWS). Default `rds` for dumps, `task` for base backups.
     */
    kind?: 'rds' | 'task';
    /**
     * PostgreSQL major; default: that of the dump.
     */
    majorVersion?: number;
    /**
     * Disk of the sandbox, e.g. `100GiB`; default: from the size of the backup. In a restore task, more than 196 GiB are a volume.
     */
    storage?: number | string;
    /**
     * The sandbox is removed after this time whatever happens. Default 12h.
     */
    lease?: string;
    /**
     * RDS instance class (AWS); default: from the size of the dump.
     */
    instanceClass?: string;
    /**
     * Read the dump once completely before an instance is made, so that a broken one costs none (AWS). Default: when the last drill failed or the dump shrank.
     */
    readFirst?: boolean;
    /**
     * A drill estimated to cost more is not started (AWS).
     */
    maxCostUsd?: number;
    /**
     * Make sandboxes of a major past its standard support, which RDS charges extra for (AWS). Default false.
     */
    extendedSupport?: boolean;
  };
  /**
   * Whether older dumps are tried when the newest fails.
   */
  walkBack?: {
    /**
     * How many dumps a drill tries, the newest included. Default 3; 1 never goes back.
     */
    maxDumps?: number;
  };
  /**
   * Role passwords, for dumps that carry none.
   */
  roles?: {
    /**
     * Role to SSM SecureString with its password, set after the restore (AWS).
     */
    passwords?: {
      [k: string]: string;
    };
    /**
     * Log in as each of these roles afterwards. Default true.
     */
    checkLogin?: boolean;
  };
  /**
   * The instance that a real restore leaves (AWS).
   */
  production?: {
    /**
     * Class of the kept instance; default: that of a sandbox for the dump.
     */
    instanceClass?: string;
    /**
     * Disk of the kept instance, e.g. `200GiB`.
     */
    storage?: number | string;
    /**
     * A standby in another zone. Default true.
     */
    multiAz?: boolean;
    /**
     * Days of automated backups, 1 to 35. Default 7. Set at creation: turning them on later is an outage.
     */
    backupRetentionDays?: number;
    /**
     * Parameter group of the kept instance. Default: the default group of its major version.
     */
    parameterGroup?: string;
    /**
     * Security groups added when it is handed over; they must be of the VPC of `aws.network`, which has to be given.
     */
    securityGroups?: string[];
    /**
     * DB subnet group of the kept instance, in the VPC of `aws.network`, which has to be given. Default: that of the sandboxes. Set at creation: RDS moves no instance within a VPC.
     */
    subnetGroup?: string;
    /**
     * Key that encrypts the kept instance. Default: aws/rds of the account. Set at creation: RDS changes no key.
     */
    kmsKeyId?: string;
    /**
     * Let RDS charge extra for a major past its standard support, instead of refusing or upgrading it. Default false.
     */
    extendedSupport?: boolean;
    /**
     * Every drill looks whether a real restore could be made as it says here. What it finds is a warning, or with `error` makes the drill NOT_PROVEN, so that its alarm rings. Default warning.
     */
    rehearsal?: 'warning' | 'error' | 'off';
    /**
     * Whether a person must approve before the restored database is kept. Default required.
     */
    approval?: 'required' | 'waived';
    /**
     * How long an approval is waited for; then the restored database is torn down. Default 12h, at most 24h.
     */
    approvalTimeout?: string;
  };
  /**
   * Containers of yours that run against the sandbox; exit code 0 passes (AWS).
   */
  hooks?: {
    /**
     * Container that migrates the restored schema to its head, before the checks.
     */
    migrate?: {
      /**
       * Container image, e.g. an ECR URI with a tag or digest.
       */
      image: string;
      /**
       * Command; default: that of the image.
       *
       * @minItems 1
       */
      command?: string[];
      /**
       * Environment variables beside PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSFILE, PGSSLMODE and PGSSLROOTCERT. No secrets.
       */
      environment?: {
        [k: string]: string;
      };
      /**
       * Database of a cluster dump; default: the first.
       */
      database?: string;
      /**
       * Processor that the image is for. Default: that of the restore task, arm64 unless deployed otherwise.
       */
      platform?: 'arm64' | 'x86_64';
      /**
       * Longest time. Default 30m.
       */
      timeout?: string;
    };
    /**
     * Container that tries the application on the restored data, after the checks.
     */
    smokeTest?: {
      /**
       * Container image, e.g. an ECR URI with a tag or digest.
       */
      image: string;
      /**
       * Command; default: that of the image.
       *
       * @minItems 1
       */
      command?: string[];
      /**
       * Environment variables beside PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSFILE, PGSSLMODE and PGSSLROOTCERT. No secrets.
       */
      environment?: {
        [k: string]: string;
      };
      /**
       * Database of a cluster dump; default: the first.
       */
      database?: string;
      /**
       * Processor that the image is for. Default: that of the restore task, arm64 unless deployed otherwise.
       */
      platform?: 'arm64' | 'x86_64';
      /**
       * Longest time. Default 30m.
       */
      timeout?: string;
    };
  };
  /**
   * Who is told of its drills, where that differs from `notify` of the file: each target replaces that of the file, `off` leaves it out.
   */
  notify?: {
    /**
     * A message to an incoming webhook of Slack.
     */
    slack?:
      | 'off'
      | {
          /**
           * Environment variable with the URL (local runs).
           */
          urlEnv?: string;
          /**
           * File whose first line is the URL, relative to this file (local runs).
           */
          urlFile?: string;
          /**
           * SSM SecureString with the URL (AWS).
           */
          urlParameter?: string;
          /**
           * Secret of Secrets Manager with the URL (AWS).
           */
          urlSecret?: string;
          /**
           * When: `failure`, `recovery`, `every`, or a list. Default `[failure, recovery]`.
           */
          on?: ('failure' | 'recovery' | 'every') | ('failure' | 'recovery' | 'every')[];
        };
    /**
     * The sealed drill as JSON, signed, by POST (docs/notifications.md).
     */
    webhook?:
      | 'off'
      | {
          /**
           * Environment variable with the URL (local runs).
           */
          urlEnv?: string;
          /**
           * File whose first line is the URL, relative to this file (local runs).
           */
          urlFile?: string;
          /**
           * SSM SecureString with the URL (AWS).
           */
          urlParameter?: string;
          /**
           * Secret of Secrets Manager with the URL (AWS).
           */
          urlSecret?: string;
          /**
           * Environment variable with the signing secret (local runs).
           */
          secretEnv?: string;
          /**
           * File whose first line is the signing secret, relative to this file (local runs).
           */
          secretFile?: string;
          /**
           * SSM SecureString with the signing secret (AWS).
           */
          secretParameter?: string;
          /**
           * Secret of Secrets Manager with the signing secret (AWS).
           */
          secretSecret?: string;
          /**
           * When: `failure`, `recovery`, `every`, or a list. Default `every`.
           */
          on?: ('failure' | 'recovery' | 'every') | ('failure' | 'recovery' | 'every')[];
        };
    /**
     * Pings a check of healthchecks.io or alike: the URL when a drill proved, `/fail` below it otherwise. `{database}` in the URL becomes the name of the database.
     */
    healthcheck?:
      | 'off'
      | {
          /**
           * Environment variable with the URL (local runs).
           */
          urlEnv?: string;
          /**
           * File whose first line is the URL, relative to this file (local runs).
           */
          urlFile?: string;
          /**
           * SSM SecureString with the URL (AWS).
           */
          urlParameter?: string;
          /**
           * Secret of Secrets Manager with the URL (AWS).
           */
          urlSecret?: string;
          /**
           * Also ping `/start` when a drill begins, so that its time is measured. Default false.
           */
          start?: boolean;
        };
    /**
     * A textfile of metrics for node_exporter, one per database (local runs).
     */
    prometheus?:
      | 'off'
      | {
          /**
           * Folder of the textfile collector of node_exporter (`--collector.textfile.directory`), relative to this file. It must exist.
           */
          directory: string;
        };
  };
  /**
   * What a loss since the last proven drill is – tables, rows, keys, indexes, extensions –: `warn` (default), `error` or `off`; or an object with `mode` and tolerances.
   */
  drift?:
    | ('warn' | 'error' | 'off')
    | {
        mode?: 'warn' | 'error' | 'off';
        /**
         * Share of its rows that a table may lose. Default 50%.
         */
        maxDrop?: string;
        /**
         * The same for single tables (`schema.table`); `100%` allows one to be emptied.
         */
        tables?: {
          [k: string]: string;
        };
      };
  /**
   * Questions to the restored data, beside the built-in ones.
   */
  checks?: {
    /**
     * Tables that must exist.
     *
     * @minItems 1
     *
     * Items: Table, as `table` or `schema.table`; quote as in SQL where needed.
     */
    tables?: string[];
    /**
     * Bounds for the number of rows of a table (with all its partitions).
     */
    rows?: {
      /**
       * Table, as `table` or `schema.table`; quote as in SQL where needed.
       */
      table: string;
      /**
       * Fewest rows allowed.
       */
      min?: number;
      /**
       * Most rows allowed.
       */
      max?: number;
      /**
       * Largest loss allowed since the last proven drill: a share such as `5%`, or a number of rows.
       */
      maxDrop?: string | number;
    };
    /**
     * Values that occur at most once. NULL is not a value.
     */
    unique?: {
      /**
       * Table, as `table` or `schema.table`; quote as in SQL where needed.
       */
      table: string;
      /**
       * Column or SQL expression such as `lower(email)`, or a list of them.
       */
      on: string | string[];
      /**
       * SQL condition: only rows that meet it must be unique.
       */
      where?: string;
    };
    /**
     * How old the newest business row may be; drives the measured RPO.
     */
    freshness?: {
      /**
       * One SELECT that gives one timestamp: that of the newest business row.
       */
      query?: string;
      /**
       * Table, as `table` or `schema.table`; quote as in SQL where needed.
       */
      table?: string;
      /**
       * Column name, as it is (not quoted).
       */
      column?: string;
      /**
       * Largest age of the newest row at the moment of the dump.
       */
      maxAge: string;
    };
    /**
     * The schema is at the expected migration.
     */
    migrations?: {
      /**
       * Table, as `table` or `schema.table`; quote as in SQL where needed.
       */
      table?: string;
      /**
       * Column name, as it is (not quoted).
       */
      column?: string;
      /**
       * SQL condition for rows that count as applied, such as `success`.
       */
      where?: string;
      /**
       * This migration is recorded and none sorts after it.
       */
      head?: (number | string) | string;
      /**
       * This migration is recorded.
       */
      includes?: (number | string) | string;
      /**
       * A migration that equals this or sorts after it is recorded.
       */
      atLeast?: (number | string) | string;
      /**
       * Number of recorded migrations.
       */
      count?:
        | number
        | {
            atLeast: number;
          };
      /**
       * One SELECT that gives one value, compared with `expected`.
       */
      query?: string;
      expected?:
        | ((number | string) | string | boolean)
        | {
            atLeast: number | string;
          };
    };
    /**
     * Foreign keys that must exist and have no orphans: `{ all: true }`, or names of constraints or tables.
     */
    foreignKeys?:
      | {
          all: true;
        }
      | string[];
    /**
     * Your own question, with the answer you expect.
     */
    sql?: {
      /**
       * Name of the check, for reports.
       */
      name: string;
      /**
       * One SELECT. It runs read-only, on its own, under the statement timeout.
       */
      query: string;
      /**
       * What the query must give.
       */
      expect:
        | ((number | string) | string | boolean)
        | {
            equals: (number | string) | string | boolean;
          }
        | {
            atLeast: number | string;
            atMost?: number | string;
          }
        | {
            atMost: number | string;
          }
        | {
            /**
             * Both bounds included.
             *
             * @minItems 2
             * @maxItems 2
             */
            between: [number | string, number | string];
          };
    };
    /**
     * A role that can log in.
     */
    login?: {
      /**
       * Role name, as it is (not quoted).
       */
      role: string;
      /**
       * Environment variable that holds the password. Without it only the right to log in is looked at.
       */
      passwordEnv?: string;
    };
    /**
     * Database of a cluster dump to ask; default: the main one.
     */
    database?: string;
    /**
     * Limit for each statement of this check.
     */
    statementTimeout?: string;
  }[];
  /**
   * Limit for each statement of a check. Default 5m.
   */
  statementTimeout?: string;
  /**
   * What a sequence is that the source itself left behind its column: the dump holds its value, and it is too low. Default warning.
   */
  sequences?: 'warning' | 'error';
}
