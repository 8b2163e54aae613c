/**
 * The page of a database, below the folder of the site. Names come from dumps too: what is not plain in a path of a file or a URL is written as its
 * code, in small letters and digits, so that no two names share a page on a disk that does not tell capitals.
 */
export const databasePagePath = (database: string): string => `databases/${plain(database)}.html`;

/** The report of a drill, from a page of the site. */
export const reportPath = (drillsFolder: string, drillId: string): string =>
  `${drillsFolder}${drillId.replace(/[^\w.-]/g, '_')}/report.html`;

const longest = 120;

function plain(name: string): string {
  const codes = [...name].map((character) =>
    /[a-z0-9-]/.test(character) ? character : `_${(character.codePointAt(0) ?? 0).toString(16)}_`,
  );
  const path = codes.join('');
  return path.length <= longest ? path : `${path.slice(0, longest)}_${codeOf(name)}`;
}

/** Tells long names apart that begin alike. */
function codeOf(name: string): string {
  let code = 0;
  for (const character of name) code = (code * 31 + (character.codePointAt(0) ?? 0)) % 2 ** 40;
  return code.toString(36);
}
