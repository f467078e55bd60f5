/** Due dates of a calendar trigger: the inception date moved on by whole periods, on its weekday or its day of the month. */
import type { Frequency } from '../portfolio/portfolio.ts';
import { dateOfDay, dayNumber } from '../values/clock.ts';
import type { CalendarDate } from '../values/clock.ts';

const days: Partial<Record<Frequency, number>> = { daily: 1, weekly: 7 };
const months: Partial<Record<Frequency, number>> = { monthly: 1, quarterly: 3, annual: 12 };

/** The first due date after `reference`. Inception itself is not due. */
export function nextDueDate(frequency: Frequency, inception: CalendarDate, reference: CalendarDate): CalendarDate {
  const after = reference > inception ? reference : inception;
  const step = days[frequency];
  if (step !== undefined) {
    const first = dayNumber(inception);
    return dateOfDay(first + (Math.floor((dayNumber(after) - first) / step) + 1) * step);
  }
  const stride = months[frequency] ?? 1;
  // Some periods before the answer, whatever the days of the months are.
  let count = Math.max(1, Math.floor((monthOf(after) - monthOf(inception)) / stride));
  while (monthsAfter(inception, count * stride) <= after) count++;
  return monthsAfter(inception, count * stride);
}

function monthOf(date: CalendarDate): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
}

/** The same day of a later month, or the last day of a shorter one. */
function monthsAfter(date: CalendarDate, count: number): CalendarDate {
  const month = monthOf(date) + count;
  const year = Math.floor(month / 12);
  const last = new Date(Date.UTC(year, (month % 12) + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month % 12, Math.min(Number(date.slice(8)), last))).toISOString().slice(0, 10);
}
