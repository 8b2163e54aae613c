// Loaded before the program (`node --import`): its clock shows the day so many days from now.
const ahead = Number(process.env.DAYS_AHEAD ?? 0) * 86_400_000;
const RealDate = globalThis.Date;
const now = RealDate.now;
globalThis.Date = class ShiftedDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(now() + ahead);
    else super(...given);
  }

  static now() {
    return now() + ahead;
  }
};
