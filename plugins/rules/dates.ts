/** Calendar dates as clients write them. */

const msPerDay = 86_400_000;
export const daysPerYear = 365.25;

/** Days since 1970-01-01 of a date YYYY-MM-DD; undefined when there is no such day. */
export function dayOf(text: string): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return undefined;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day ? at.getTime() / msPerDay : undefined;
}
