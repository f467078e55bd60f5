/** One thread of the pool as the main thread sees it. */
import { Worker } from 'node:worker_threads';

import { Fault, reasons } from '../values/fault.ts';
import type { Reason } from '../values/fault.ts';
import type { SolveFailure } from '../optimization/job.ts';
import { unpackedAnswer } from './columns.ts';
import { internal } from './messages.ts';
import type { PoolNews, PoolOrder, WorkerReport, WorkerSettings } from './messages.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const entry = new URL(`./worker.${extension}`, import.meta.url);

const compiled = process.env['NODE_COMPILE_CACHE'];

export interface ThreadSettings {
  readonly worker: WorkerSettings;
  /** Of one thread: its JavaScript heap. */
  readonly heapMb: number;
  readonly log: (level: 'info' | 'warn', message: string) => void;
}

/** What a job hears. Exactly one `end`. */
export interface JobListener {
  news(news: PoolNews): void;
  end(failure?: Error): void;
}

interface RunningJob {
  readonly id: number;
  readonly listener: JobListener;
}

export class PoolThread {
  /** Settles when the plugins are loaded; rejects when the thread ends before. */
  readonly ready: Promise<void>;
  /** Settles when the thread is gone, whyever. */
  readonly gone: Promise<void>;
  readonly #worker: Worker;
  #job: RunningJob | undefined;
  #failure: Error | undefined;
  #isDying = false;

  constructor(settings: ThreadSettings) {
    this.#worker = new Worker(entry, {
      workerData: settings.worker,
      // Nothing of the server's environment, which holds secrets, but where Node keeps compiled code.
      env: compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: settings.heapMb },
    });
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (report: WorkerReport) => {
        if (report.kind === 'ready') resolve();
        else if (report.kind === 'log') settings.log(report.level, report.message);
        else this.#hear(report);
      });
      this.#worker.once('exit', () => reject(this.#failure ?? new Error('a solver thread ended while it started')));
    });
    // Whoever waits for it is told; nobody has to.
    this.ready.catch(() => undefined);
    this.#worker.on('error', (error) => {
      this.#isDying = true;
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
    });
    this.gone = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#isDying = true;
        this.#end(this.#job, deathOf(this.#failure, code));
        resolve();
      });
    });
  }

  /** It has ended or will not take another job. */
  get isDying(): boolean {
    return this.#isDying;
  }

  run(order: PoolOrder, listener: JobListener): void {
    this.#job = { id: order.id, listener };
    try {
      this.#worker.postMessage(order);
    } catch (error) {
      this.#end(this.#job, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Ends the thread at once, whatever it does; its job hears `why`. */
  async terminate(why: Error): Promise<void> {
    this.#isDying = true;
    this.#failure ??= why;
    this.#end(this.#job, why);
    await this.#worker.terminate();
  }

  #hear(report: Extract<WorkerReport, { id: number }>): void {
    const job = this.#job;
    if (job?.id !== report.id) return;
    if (report.kind === 'news') job.listener.news(report.news);
    else {
      for (const news of report.news)
        job.listener.news('packed' in news ? { kind: 'answer', answer: unpackedAnswer(news.packed) } : news);
      this.#end(job, report.failure === undefined ? undefined : errorOf(report.failure));
    }
  }

  #end(job: RunningJob | undefined, failure: Error | undefined): void {
    if (job === undefined || this.#job !== job) return;
    this.#job = undefined;
    job.listener.end(failure);
  }
}

const known: ReadonlySet<string> = new Set(reasons);

/** The Fault that the thread met; a bug there is a bug here, with its stack for the log. */
function errorOf({ reason, message, metadata, violations }: SolveFailure): Error {
  if (reason !== internal && isReason(reason)) return new Fault(reason, message, metadata, violations);
  return new Error(`a solver thread failed: ${message}`);
}

function isReason(text: string): text is Reason {
  return known.has(text);
}

function deathOf(failure: Error | undefined, code: number): Error {
  if (failure instanceof Fault) return failure;
  if (failure !== undefined && 'code' in failure && failure.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new Fault('QUOTA_EXCEEDED', 'the problem needs more memory than one solve may use');
  }
  const why = failure === undefined ? `exit code ${String(code)}` : failure.message;
  return new Fault('PLUGIN_BROKEN', `the thread that solved the problem ended by itself: ${why}`, { cause: why });
}
