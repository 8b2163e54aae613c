/** A member of a tar or a zip. Its name is never a path that is written to: members are read where they stand. */
export interface PackageMember {
  /** Its place among all members, from 0: names may occur twice. */
  index: number;
  path: string;
  isFile: boolean;
  /** Contents, to be read before the next member is asked for; what is left is passed over. */
  body: AsyncIterable<Buffer>;
}
