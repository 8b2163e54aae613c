import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { DrillRecord } from '../lib/domain/record/drill-record.ts';
import { type Random, randomOf } from '../test/corpus/mutants/random.ts';
import { World } from '../test/e2e/support/world.ts';
import {
  type FaultyS3,
  type Misbehaviour,
  type Objects,
  type StorePlan,
  startFaultyS3,
} from './faulty-s3.ts';
import { drawn, type Seen, type Trial, tally } from './trial.ts';

/** Rows of the dump: some 8 MB that do not compress, so that a drill asks for several parts of it at once. */
const rows = 100_000;
/** A part is asked for five times at most, and each time the client tries four times. */
const mostTriesPerRequest = 20;

const troubles = [
  'throttles',
  'fails',
  'resets connections',
  'stalls',
  'answers short',
  'mixes up ranges',
  'has another object in the middle',
  'has another object in the middle and ignores If-Match',
  'lets credentials expire in the middle',
  'is down',
] as const;
type Trouble = (typeof troubles)[number];

const misbehavioursOf: Record<Trouble, readonly Misbehaviour[]> = {
  throttles: ['SlowDown'],
  fails: ['InternalError'],
  'resets connections': ['reset at once', 'reset in the middle'],
  stalls: ['stall in the middle'],
  'answers short': ['short body'],
  'mixes up ranges': ['another range'],
  'has another object in the middle': ['none'],
  'has another object in the middle and ignores If-Match': ['none'],
  'lets credentials expire in the middle': ['ExpiredToken'],
  'is down': ['SlowDown'],
};

/** Codes that say of a drill that its store, and not its dump, was at fault. */
const fitting = new Set(['DUMP_UNREADABLE', 'DUMP_CHANGED']);

interface Stored {
  key: string;
  objects: Objects;
  /** The same bytes long, and of other rows. */
  others: Objects;
}

/** Drills a dump of a store that misbehaves. */
export const storage: Trial = {
  name: 'storage',
  what: 'a store that throttles, breaks off, stalls, answers short, or changes the object or the credentials in the middle',
  fullCount: 100,
  async run(cases, { commandLine, say }) {
    const world = await World.open({ commandLine: { file: commandLine } });
    const seen: Seen = { figures: [], failures: [] };
    const outcomes = new Map<Trouble, string[]>(troubles.map((trouble) => [trouble, []]));
    let [mostRequests, mostInASecond, mostOfOne] = [0, 0, 0];
    try {
      const forms = { gzip: stored('orders.sql.gz', gzipSync), plain: stored('orders.sql', (text) => text) };
      const undisturbed = { gzip: 0, plain: 0 };
      for (const form of ['gzip', 'plain'] as const) {
        const { record, store } = await drilled(world, forms[form], () => 'none', randomOf(0));
        undisturbed[form] = store.requests.length;
        if (record.verdict !== 'PROVEN' || !isWhole(record))
          throw new Error(`undisturbed, the drill is ${record.verdict}: ${JSON.stringify(record.findings)}`);
      }
      for (const seed of cases.seeds()) {
        const random = randomOf(seed);
        const trouble = random.pick(troubles);
        const form = drawn(random, [
          ['gzip', 1],
          ['plain', 1],
        ] as const);
        const from = 1 + random.below(undisturbed[form]);
        const wrong = (what: string): void => {
          seen.failures.push({ seed, what: `a store that ${trouble}, ${form}: ${what}` });
          say(`  seed ${seed}: a store that ${trouble}, ${form}, from request ${from}: ${what}`);
        };
        const { record, store } = await drilled(
          world,
          forms[form],
          misbehaving(trouble, from, random),
          random,
          changing(trouble, from, forms[form]),
        );
        outcomes.get(trouble)?.push(judged(trouble, record, wrong));
        if (record.verdict === 'PROVEN' && (store.sent.get(forms[form].key)?.size ?? 0) > 1)
          wrong('PROVEN, and its bytes are of two objects');
        const { perSecond, perRequest } = rates(store);
        mostRequests = Math.max(mostRequests, store.requests.length);
        mostInASecond = Math.max(mostInASecond, perSecond);
        mostOfOne = Math.max(mostOfOne, perRequest);
        if (store.requests.length > undisturbed[form] * mostTriesPerRequest)
          wrong(`${store.requests.length} requests, undisturbed ${undisturbed[form]}`);
        say(
          `  seed ${seed}: a store that ${trouble}, ${form}: ${record.verdict}, ${store.requests.length} requests`,
        );
      }
      seen.figures = [
        ...[...outcomes].map(([trouble, each]): [string, string] => [`a store that ${trouble}`, tally(each)]),
        ['requests of an undisturbed drill', `${undisturbed.gzip} (gzip), ${undisturbed.plain} (plain)`],
        ['most requests of one drill', String(mostRequests)],
        ['most requests in one second', String(mostInASecond)],
        ['most requests for the same bytes', `${mostOfOne} (limit ${mostTriesPerRequest})`],
      ];
    } finally {
      world.remove();
    }
    return seen;
  },
};

/** Without a checksum beside it: nothing but the reader can see that bytes of two objects were mixed. */
function stored(name: string, pack: (text: Buffer) => Buffer): Stored {
  const key = `nightly/${name}`;
  const objectsOf = (salt: string): Objects => new Map([[key, pack(Buffer.from(dumpText(salt)))]]);
  return { key, objects: objectsOf('one'), others: objectsOf('two') };
}

function dumpText(salt: string): string {
  const lines = Array.from(
    { length: rows },
    (_, id) => `${id}\t${createHash('sha256').update(`${salt} ${id}`).digest('base64')}\n`,
  );
  return [
    '--\n-- PostgreSQL database dump\n--\n',
    '-- Dumped from database version 15.18\n-- Dumped by pg_dump version 15.18\n',
    'CREATE TABLE public.orders (\n    id integer,\n    what text\n);\n',
    `COPY public.orders (id, what) FROM stdin;\n${lines.join('')}\\.\n`,
    '--\n-- PostgreSQL database dump complete\n--\n',
  ].join('\n');
}

/** A share of the requests from that one on; stalls, of which each takes half a minute, at most twice. */
function misbehaving(trouble: Trouble, from: number, random: Random): (request: number) => Misbehaviour {
  const ways = misbehavioursOf[trouble];
  if (trouble === 'is down') return () => 'SlowDown';
  if (trouble === 'lets credentials expire in the middle')
    return (request) => (request >= from ? 'ExpiredToken' : 'none');
  if (trouble === 'stalls') {
    const stalled = new Set([from, from + 1 + random.below(2)]);
    return (request) => (stalled.has(request) ? 'stall in the middle' : 'none');
  }
  const percent = 10 + random.below(60);
  return () => (random.below(100) < percent ? random.pick(ways) : 'none');
}

function changing(trouble: Trouble, from: number, { others }: Stored): Partial<StorePlan> {
  if (!trouble.startsWith('has another object')) return {};
  return {
    changes: { from: from + 1, objects: others },
    ignoresConditions: trouble.endsWith('ignores If-Match'),
  };
}

async function drilled(
  world: World,
  { key, objects }: Stored,
  misbehaves: (request: number) => Misbehaviour,
  random: Random,
  more: Partial<StorePlan> = {},
): Promise<{ record: DrillRecord; store: FaultyS3 }> {
  const store = await startFaultyS3({ objects, misbehaves, random, ...more });
  try {
    const words = ['--dump', `s3://backups/${key}`, '--endpoint-url', store.url, '--region', 'auto'];
    const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not a secret' };
    const { record } = await world.drill(words, { env });
    return { record, store };
  } finally {
    await store.close();
  }
}

const isWhole = ({ tables }: DrillRecord): boolean =>
  tables.some((table) => table.name === 'orders' && table.rows === rows);

function judged(trouble: Trouble, record: DrillRecord, wrong: (what: string) => void): string {
  const { verdict, findings } = record;
  const codes = findings
    .filter(({ severity }) => severity === (verdict === 'NOT_PROVEN' ? 'error' : 'unverified'))
    .map(({ code }) => code);
  if (verdict === 'PROVEN' && !isWhole(record)) wrong('PROVEN, and rows are missing');
  if (verdict === 'NOT_PROVEN') wrong(`the store was held against the dump: ${codes.join(', ')}`);
  if (verdict === 'COULD_NOT_VERIFY' && !codes.some((code) => fitting.has(code)))
    wrong(`COULD_NOT_VERIFY for ${codes.join(', ')}`);
  if (verdict === 'PROVEN' && trouble === 'is down') wrong('PROVEN of a store that was down');
  return [verdict, ...new Set(codes)].join(' ');
}

function rates({ requests }: FaultyS3): { perSecond: number; perRequest: number } {
  const perSecond = Math.max(
    0,
    ...requests.map(({ at }) => requests.filter((other) => other.at >= at && other.at < at + 1000).length),
  );
  const perAsked = new Map<string, number>();
  for (const { asked } of requests) perAsked.set(asked, (perAsked.get(asked) ?? 0) + 1);
  return { perSecond, perRequest: Math.max(0, ...perAsked.values()) };
}
