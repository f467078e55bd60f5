/** How a running job learns that it is to end: a number in shared memory and a deadline, looked at from inside the solve. */
import type { Interruption } from '../optimization/toolbox.ts';
import { signals } from './messages.ts';

export class SharedInterruption implements Interruption {
  readonly #control: Int32Array;
  readonly #deadline: number;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #cause: 'time' | 'interrupted' | undefined;

  /** @param secondsMax from now on */
  constructor(control: SharedArrayBuffer, secondsMax: number) {
    this.#control = new Int32Array(control);
    this.#deadline = performance.now() + secondsMax * 1000;
    // A strategy that waits for something is not inside a solve: it is woken by these two.
    this.#timer = setTimeout(() => this.interrupted(), secondsMax * 1000 + 1);
    const wait = Atomics.waitAsync(this.#control, 0, signals.go);
    if (wait.async) void wait.value.then(() => this.interrupted());
    else this.interrupted();
  }

  get cause(): 'time' | 'interrupted' | undefined {
    return this.#cause;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  interrupted(): boolean {
    if (this.#cause !== undefined) return true;
    if (Atomics.load(this.#control, 0) === signals.stop) this.#cause = 'interrupted';
    else if (performance.now() > this.#deadline) this.#cause = 'time';
    else return false;
    this.#abort.abort();
    return true;
  }

  /** The job has ended: nothing waits any more. */
  close(): void {
    clearTimeout(this.#timer);
    Atomics.compareExchange(this.#control, 0, signals.go, signals.done);
    Atomics.notify(this.#control, 0);
  }
}
