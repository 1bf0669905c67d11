/** SYSTEMTIME, the only form in which the DISM API gives times, as text. */

/** C: eight WORDs. The day of the week is not read. */
export interface SystemTime {
  readonly wYear: number;
  /** 1 to 12. */
  readonly wMonth: number;
  readonly wDay: number;
  readonly wHour: number;
  readonly wMinute: number;
  readonly wSecond: number;
  readonly wMilliseconds: number;
}

/**
 * A point in time in the local time of this machine, as ISO 8601 in UTC; null where it is not set (all zeros) or no point in time.
 * The API does not say which time zone it means: install and update times are local time of the machine that serviced the image,
 * and creation times local time of whoever built the package. The zone of this machine is the best guess for both.
 */
export function localTimeToIso(time: SystemTime): string | null {
  const { wYear, wMonth, wDay, wHour, wMinute, wSecond, wMilliseconds } = time;
  // The hour that daylight saving time leaves out does not exist; Date moves it to the next one, so only the parts are checked.
  return isCalendarDate(time) && wHour < 24 && wMinute < 60 && wSecond < 60 && wMilliseconds < 1000
    ? new Date(wYear, wMonth - 1, wDay, wHour, wMinute, wSecond, wMilliseconds).toISOString()
    : null;
}

/** A day of the calendar, as `YYYY-MM-DD`, whatever the zone; null where it is not set (all zeros) or no day. */
export function calendarDate(time: SystemTime): string | null {
  const digits = (value: number, count: number): string => String(value).padStart(count, '0');
  return isCalendarDate(time) ? `${digits(time.wYear, 4)}-${digits(time.wMonth, 2)}-${digits(time.wDay, 2)}` : null;
}

/** SYSTEMTIME begins in 1601 and has a year of at most 30827. */
function isCalendarDate({ wYear, wMonth, wDay }: SystemTime): boolean {
  const date = new Date(Date.UTC(wYear, wMonth - 1, wDay));
  return wYear >= 1601 && wYear <= 30827 && date.getUTCMonth() === wMonth - 1 && date.getUTCDate() === wDay;
}
