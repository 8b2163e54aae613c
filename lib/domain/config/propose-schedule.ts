const hour = 3600;
const day = 24 * hour;

/** How long after the last upload a drill begins: uploads are late now and then. */
const afterUploadMinutes = 60;

/**
 * A drill for dumps that are made this often: every day for those of a day or less, every week for those of a week. `on` is the
 * day of the week of the newest upload, from 0 for Sunday.
 */
export function proposedCron(intervalSeconds: number | null, uploadedAtMinute: number, on: number): string {
  const at = (uploadedAtMinute + afterUploadMinutes) % (24 * 60);
  const time = `${at % 60} ${Math.floor(at / 60)}`;
  if (intervalSeconds === null || intervalSeconds < 4 * day) return `${time} * * ? *`;
  const nextDay = uploadedAtMinute + afterUploadMinutes >= 24 * 60 ? 1 : 0;
  const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
  return intervalSeconds < 20 * day ? `${time} ? * ${days[(on + nextDay) % 7]} *` : `${time} 1 * ? *`;
}

/** An observed interval in words of drills.yaml, to whole hours or days: `24h`, `7d`. Null below an hour. */
export function intervalText(seconds: number): string | null {
  if (seconds >= 2 * day - hour) return `${Math.round(seconds / day)}d`;
  const hours = Math.round(seconds / hour);
  return hours === 0 ? null : `${hours}h`;
}
