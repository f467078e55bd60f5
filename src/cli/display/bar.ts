/** Bars of block characters, an eighth of a column fine. */

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of `width` columns, filled by a fraction of 0 to 1; what is open is drawn light. */
export function bar(fraction: number, width: number, open = '░'): string {
  const within = Math.min(1, Math.max(0, Number.isNaN(fraction) ? 0 : fraction));
  const filled = Math.round(within * width * 8);
  const whole = Math.floor(filled / 8);
  const part = eighths[filled % 8] ?? '';
  return '█'.repeat(whole) + part + open.repeat(Math.max(0, width - whole - (part === '' ? 0 : 1)));
}

/** A line through the quantities of two sides: sells to the left of the middle, buys to the right, `width` columns in all. */
export function balance(fraction: number, width: number): string {
  const half = Math.floor((width - 1) / 2);
  const filled = Math.min(half, Math.round(Math.abs(fraction) * half));
  const blocks = '█'.repeat(filled);
  return fraction < 0 ? `${blocks.padStart(half)}│${' '.repeat(half)}` : `${' '.repeat(half)}│${blocks.padEnd(half)}`;
}
