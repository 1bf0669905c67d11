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
 * A time of day as ISO 8601 without a zone; null where it is not set (all zeros), no time, or after the year 9999.
 * The API does not say which zone it means: install and update times are local time of the machine that serviced the image,
 * and creation times local time of whoever built the package. To UTC and back, through the rules that two programs have for
 * another year and for the hour that daylight saving time leaves out, it would come back as another time.
 */
export function localTimeToIso(time: SystemTime): string | null {
  const { wHour, wMinute, wSecond, wMilliseconds } = time;
  const date = calendarDate(time);
  return date !== null && wHour < 24 && wMinute < 60 && wSecond < 60 && wMilliseconds < 1000
    ? `${date}T${digits(wHour, 2)}:${digits(wMinute, 2)}:${digits(wSecond, 2)}.${digits(wMilliseconds, 3)}`
    : null;
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}

/** A day of the calendar, as `YYYY-MM-DD`, whatever the zone; null where it is not set (all zeros), no day, or after the year 9999. */
export function calendarDate(time: SystemTime): string | null {
  return isCalendarDate(time) ? `${digits(time.wYear, 4)}-${digits(time.wMonth, 2)}-${digits(time.wDay, 2)}` : null;
}

/** SYSTEMTIME begins in 1601; its years go on to 30827, those of other programs end with 9999. */
function isCalendarDate({ wYear, wMonth, wDay }: SystemTime): boolean {
  const date = new Date(Date.UTC(wYear, wMonth - 1, wDay));
  return wYear >= 1601 && wYear <= 9999 && date.getUTCMonth() === wMonth - 1 && date.getUTCDate() === wDay;
}
