/** Which member of a package is the dump. */
import { looksLikeDump } from '../../../../domain/backup/dump-names.ts';
import { listOf } from '../../../../domain/text/quantities.ts';
import { visibleJson } from '../../../../domain/text/visible-text.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { PackageMember } from './package-member.ts';

/**
 * What the first bytes of a member say: the work of pg_dump, roles and tablespaces alone (pg_dumpall --globals-only), other SQL,
 * another package, or what has a key.
 */
export type MemberContent = 'dump' | 'globals' | 'sql' | 'package' | 'encrypted' | 'other';

/** What counts the more the earlier it stands; the globals of a cluster are no database, and say so when nothing else is there. */
const candidateRanks = ['dump', 'sql', 'package', 'globals'] as const;
type Rank = (typeof candidateRanks)[number] | 'other';

/** A member by its place: names may occur twice. */
export interface ChosenMember {
  index: number;
  path: string;
}

/** At most this many names are shown, each no longer than this. */
const [shownNames, shownNameLength] = [5, 120];

/**
 * Looks at the members of one package and then decides. Without a rule the only dump of pg_dump counts; when there is none, the
 * only SQL under the name of a dump, then the only other package, then the only globals.
 */
export class DumpMembers {
  readonly #rule: string | null;
  readonly #look: (member: PackageMember) => Promise<MemberContent>;
  readonly #ranks: Record<Rank, Counted> = {
    dump: new Counted(),
    globals: new Counted(),
    sql: new Counted(),
    package: new Counted(),
    other: new Counted(),
  };

  /** `look` reads as much of a member as it needs. */
  constructor(rule: string | null, look: (member: PackageMember) => Promise<MemberContent>) {
    this.#rule = rule;
    this.#look = look;
  }

  /** Whether the configuration names the member: then nothing else about the package matters. */
  get isNamed(): boolean {
    return this.#rule !== null;
  }

  /** Whether nothing that was seen may be a dump. */
  get isEmpty(): boolean {
    return candidateRanks.every((rank) => this.#ranks[rank].count === 0);
  }

  /** Every member, in its order; true when the rest needs no look. */
  async see(member: PackageMember): Promise<boolean> {
    if (!member.isFile) return false;
    const { path } = member;
    const place = { index: member.index, path };
    if (this.#rule !== null) {
      const fits = fitsRule(path, this.#rule);
      this.#ranks[fits ? 'dump' : 'other'].add(place);
      // A name without a wildcard means one member; GitLab's backups hold hundreds of gigabytes behind it.
      return fits && !this.#rule.includes('*');
    }
    this.#ranks[rankOf(await this.#look(member), path)].add(place);
    return false;
  }

  /** @throws DrillError DUMP_EMPTY, DUMP_NOT_A_DUMP, PACKAGE_AMBIGUOUS */
  chosen(what: 'tar' | 'zip'): ChosenMember {
    const { other } = this.#ranks;
    const candidates = candidateRanks.map((rank) => this.#ranks[rank]).find(({ count }) => count > 0);
    if (candidates?.count === 1) return candidates.shown[0] as ChosenMember;
    if (candidates !== undefined) {
      const message = `the ${what} holds ${candidates.count} members that may be the dump: ${candidates.names()}`;
      throw dumpError('PACKAGE_AMBIGUOUS', message);
    }
    if (other.count === 0) throw dumpError('DUMP_EMPTY', `the ${what} holds no file`);
    if (this.#rule !== null) {
      const message = `the ${what} holds no member ${visibleJson(this.#rule)}, but ${other.names()}`;
      throw dumpError('DUMP_NOT_A_DUMP', message);
    }
    // A lone file says better than its name what it is instead.
    if (other.count === 1) return other.shown[0] as ChosenMember;
    throw dumpError('DUMP_NOT_A_DUMP', `it is a ${what} of other files, such as ${other.names()}`);
  }
}

/** Members of one kind: their number, and the first of them. */
class Counted {
  readonly shown: ChosenMember[] = [];
  count = 0;

  add(member: ChosenMember): void {
    this.count += 1;
    if (this.shown.length < shownNames) this.shown.push(member);
  }

  names(): string {
    const names = this.shown.map(({ path }) => visibleJson(path.slice(0, shownNameLength)));
    return listOf(names, shownNames, this.count);
  }
}

/** Any text may begin like SQL, and what is encrypted shows nothing: there the name must speak of a dump. */
function rankOf(content: MemberContent, path: string): Rank {
  if (content === 'sql' || content === 'encrypted') return looksLikeDump(path) ? 'sql' : 'other';
  return content;
}

/** `*` stands for anything within a folder; a leading `./` is no part of a name. */
function fitsRule(path: string, rule: string): boolean {
  const bare = (name: string): string => name.replace(/^(?:\.?\/)+/, '');
  const pattern = bare(rule)
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]*');
  return new RegExp(`^${pattern}$`).test(bare(path));
}
