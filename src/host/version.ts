/** The part of npm's semantic-version ranges that a plugin needs to say which SDK it was written for. */

/** Major, minor, patch. */
export type Version = readonly [number, number, number];

const versionGrammar = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const comparatorGrammar = /^(\^|~|>=|<=|>|<|=)?(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?(?:\.(0|[1-9]\d*))?$/;

/** Reads `1.2.3`, also with pre-release and build, which do not count in comparisons. */
export function versionOf(text: string): Version | undefined {
  const parts = versionGrammar.exec(text);
  return parts === null ? undefined : [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}

/** Half-open interval of versions; no end means any later version. */
interface Interval {
  readonly from: Version;
  readonly before?: Version;
}

/**
 * Whether `version` lies in `range`: `*`, `1.2.3`, `1.2`, `^1.2.3`, `~1.2`, `>=1.2.3 <2`, joined by `||`.
 * Undefined when the range cannot be read.
 */
export function satisfies(version: Version, range: string): boolean | undefined {
  let any = false;
  for (const alternative of range.split('||')) {
    const intervals = intervalsOf(alternative.trim());
    if (intervals === undefined) return undefined;
    any ||= intervals.every(
      (interval) =>
        compare(version, interval.from) >= 0 &&
        (interval.before === undefined || compare(version, interval.before) < 0),
    );
  }
  return any;
}

function intervalsOf(text: string): readonly Interval[] | undefined {
  if (text === '*') return [{ from: [0, 0, 0] }];
  if (text === '') return undefined;
  const intervals = text.split(/\s+/).map(intervalOf);
  return intervals.every((interval) => interval !== undefined) ? intervals : undefined;
}

function intervalOf(comparator: string): Interval | undefined {
  const parts = comparatorGrammar.exec(comparator);
  if (parts === null) return undefined;
  const from: Version = [Number(parts[2]), Number(parts[3] ?? 0), Number(parts[4] ?? 0)];
  const [major, minor, patch] = from;
  // The first version after everything that the written digits cover: `1.2` covers every 1.2.x.
  const next: Version =
    parts[3] === undefined
      ? [major + 1, 0, 0]
      : parts[4] === undefined
        ? [major, minor + 1, 0]
        : [major, minor, patch + 1];
  switch (parts[1]) {
    case '^':
      if (major > 0 || parts[3] === undefined) return { from, before: [major + 1, 0, 0] };
      return { from, before: minor > 0 || parts[4] === undefined ? [0, minor + 1, 0] : next };
    case '~':
      return { from, before: parts[3] === undefined ? next : [major, minor + 1, 0] };
    case '>=':
      return { from };
    case '>':
      return { from: next };
    case '<':
      return { from: [0, 0, 0], before: from };
    case '<=':
      return { from: [0, 0, 0], before: next };
    default:
      return { from, before: next };
  }
}

function compare(left: Version, right: Version): number {
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}
