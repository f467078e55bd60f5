/** What waits for one reader: bounded by number and bytes, in order, with the newest only of what may be conflated. */
export interface Waiting {
  readonly bytes: Buffer;
  /** What to resume from after this message; empty when there is none. */
  readonly token: string;
  readonly conflatable: boolean;
}

export class StreamQueue {
  readonly #eventsMax: number;
  readonly #bytesMax: number;
  #waiting: Waiting[] = [];
  #head = 0;
  #bytes = 0;

  constructor(eventsMax: number, bytesMax: number) {
    this.#eventsMax = eventsMax;
    this.#bytesMax = bytesMax;
  }

  /** A conflatable message takes the place of a conflatable one right before it. */
  add(message: Waiting): void {
    const last = this.#waiting.length > this.#head ? this.#waiting.at(-1) : undefined;
    if (message.conflatable && last?.conflatable === true) {
      this.#bytes -= last.bytes.length;
      this.#waiting.pop();
    }
    this.#waiting.push(message);
    this.#bytes += message.bytes.length;
  }

  take(): Waiting | undefined {
    const next = this.#waiting[this.#head];
    if (next === undefined) return undefined;
    this.#head += 1;
    this.#bytes -= next.bytes.length;
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    }
    return next;
  }

  get isEmpty(): boolean {
    return this.#head === this.#waiting.length;
  }

  get full(): boolean {
    return this.#waiting.length - this.#head >= this.#eventsMax || this.#bytes >= this.#bytesMax;
  }

  clear(): void {
    this.#waiting = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}
