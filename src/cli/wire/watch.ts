/**
 * Watching that survives the loss of the stream: it goes on from the last resume token, drops what it has seen, and ends with the
 * terminal event. The server never repeats or skips an event of its log; a conflated progress event is superseded by a newer one.
 */

/** What the events of optimizations and rebalances share. */
export interface Numbered {
  /** From 1; a heartbeat repeats the last one. */
  readonly sequence: bigint;
  readonly resumeToken: string;
}

export interface Loss {
  /** Last sequence seen; 0n before the first. */
  readonly after: bigint;
  /** Attempts in a row that brought nothing, from 1. */
  readonly attempt: number;
  readonly waitMs: number;
}

export interface WatchSettings<Event extends Numbered> {
  /** Opens a stream after a token; from the first event when it is empty. */
  open(resumeToken: string): AsyncIterable<Event>;
  isTerminal(event: Event): boolean;
  isHeartbeat(event: Event): boolean;
  /** Whether a failure is a loss of the stream; anything else ends the watch. */
  isLost(error: unknown): boolean;
  /** Resolves after the time; rejects to give up. */
  wait(milliseconds: number): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
  lost?(loss: Loss): void;
  /** A stream was opened again and brought its first message. */
  resumed?(after: bigint): void;
}

const backoffLeastMs = 100;
const backoffMostMs = 10_000;

/** Full jitter: uniform between 0 and a ceiling that doubles from 100 ms to 10 s; `attempt` counts from 1. */
export function backoffMs(attempt: number, random: number): number {
  return random * Math.min(backoffMostMs, backoffLeastMs * 2 ** Math.min(attempt - 1, 30));
}

/** Every new event in order, once; ends after the terminal one. */
export async function* watch<Event extends Numbered>(settings: WatchSettings<Event>): AsyncGenerator<Event, void> {
  let last = 0n;
  let token = '';
  let attempt = 0;
  let reported = false;
  for (;;) {
    try {
      for await (const event of settings.open(token)) {
        if (reported) settings.resumed?.(last);
        reported = false;
        attempt = 0;
        if (event.resumeToken !== '') token = event.resumeToken;
        if (settings.isHeartbeat(event) || event.sequence <= last) continue;
        last = event.sequence;
        yield event;
        if (settings.isTerminal(event)) return;
      }
    } catch (error) {
      // Nothing was ever received: the name is wrong or no server is there, and waiting would hide it.
      if (!settings.isLost(error) || (last === 0n && token === '' && !reported)) throw error;
    }
    attempt += 1;
    const waitMs = backoffMs(attempt, settings.random());
    settings.lost?.({ after: last, attempt, waitMs });
    reported = true;
    await settings.wait(waitMs);
  }
}
