/** Time and identity come from outside the domain, so that tests decide them. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A calendar date without time or zone, `YYYY-MM-DD`. */
export type CalendarDate = string;

const dateGrammar = /^(\d{4})-(\d{2})-(\d{2})$/;
const dayMs = 86_400_000;

export function isCalendarDate(text: string): boolean {
  const parts = dateGrammar.exec(text);
  if (parts === null) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

/** Days since 1970-01-01, the integer in which series are stored. */
export function dayNumber(date: CalendarDate): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / dayMs);
}

export function dateOfDay(day: number): CalendarDate {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

export function dateOf(instant: Date): CalendarDate {
  return instant.toISOString().slice(0, 10);
}
