import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { messageOf, UserError } from '../../core/model/userError.ts';
import { answerQuestion } from './fileAnswers.ts';
import type { LoadedModule, ModuleName } from './loadModule.ts';
import type { FileTree } from '../../core/ports.ts';
import type { FileQuestion, WorkerReport, WorkerStart } from './messages.ts';

/** What a thread works on; the callbacks are called once, one of the two. */
export interface ThreadJob {
  readonly request: string;
  readonly tree: FileTree;
  readonly signal: AbortSignal;
  readonly onReply: (reply: Uint8Array) => void;
  readonly onFailure: (error: unknown) => void;
}

export interface ThreadOptions {
  /** The worker's entry: `engineWorker.ts` unbuilt, `dist/engineWorker.cjs` in the product. */
  readonly worker: string | URL;
  readonly module: LoadedModule;
  /** How long one request may take, waiting for its tree included. */
  readonly deadlineMs: number;
  /** Called when the thread can take a job again. */
  readonly onFree: (thread: EngineThread) => void;
  /** Called once, when the thread is of no more use. */
  readonly onEnd: (thread: EngineThread) => void;
}

/** How long an abandoned request may go on before its thread is ended: ending costs the next one a start. */
const patienceMs = 1_000;

/** One worker thread and the request it works on. Keeps the process alive only while it works. */
export class EngineThread {
  readonly #options: ThreadOptions;
  readonly #worker: Worker;
  readonly #files: MessagePort;
  readonly #gate = new Int32Array(new SharedArrayBuffer(4));
  #job: RunningJob | undefined;
  #memory = 0;
  #state: 'starting' | 'ready' | 'ended' = 'starting';

  constructor(options: ThreadOptions) {
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    const start: WorkerStart = { module: options.module.compiled, files: port2, gate: this.#gate.buffer };
    this.#files = port1;
    this.#worker = new Worker(options.worker, {
      workerData: start,
      transferList: [port2],
      // The process's own flags (a debugger's, `--input-type`) and environment are none of the worker's business.
      execArgv: [],
      env: {},
      stdout: true,
      stderr: true,
    });
    this.#files.on('message', (question: FileQuestion) => void this.#answer(question));
    this.#worker.on('message', (report: WorkerReport) => {
      this.#accept(report);
    });
    this.#worker.on('error', (error: unknown) => {
      this.#break(messageOf(error), error);
    });
    this.#worker.on('exit', (code) => {
      this.#break(`the worker ended with exit code ${code}`);
    });
    this.#letProcessEnd(true);
  }

  /** Which module the thread runs. */
  get moduleName(): ModuleName {
    return this.#options.module.name;
  }

  get isFree(): boolean {
    return this.#job === undefined && this.#state !== 'ended';
  }

  /** Bytes of the module's memory after the last request. */
  get memory(): number {
    return this.#memory;
  }

  /** Starts a job; the thread must be free. */
  run(job: ThreadJob): void {
    const onAbort = (): void => {
      this.#abandon();
    };
    this.#job = { ...job, onAbort, deadline: undefined, isAbandoned: false, bug: undefined };
    this.#restartDeadline(this.#options.deadlineMs);
    job.signal.addEventListener('abort', onAbort, { once: true });
    this.#letProcessEnd(false);
    this.#worker.postMessage({ request: job.request });
  }

  /** Ends the thread; a job under way fails with `error`. */
  end(error: unknown): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#finish()?.onFailure(error);
    this.#files.close();
    void this.#worker.terminate();
    this.#options.onEnd(this);
  }

  #accept(report: WorkerReport): void {
    switch (report.kind) {
      case 'ready':
        // Starting up is not the request's own time.
        if (this.#state === 'starting') this.#state = 'ready';
        if (this.#job !== undefined && !this.#job.isAbandoned) this.#restartDeadline(this.#options.deadlineMs);
        return;
      case 'reply': {
        this.#memory = report.memory;
        const job = this.#finish();
        if (job?.bug === undefined) job?.onReply(report.reply);
        else job.onFailure(job.bug.error);
        this.#options.onFree(this);
        return;
      }
      case 'broken':
        this.#break(report.message);
    }
  }

  /** The person waits no longer: the request hears `aborted` at its next file, and is ended when it asks for none. */
  #abandon(): void {
    const job = this.#job;
    if (job === undefined) return;
    job.isAbandoned = true;
    job.onFailure(job.signal.reason);
    this.#restartDeadline(Math.min(patienceMs, this.#options.deadlineMs));
  }

  #restartDeadline(ms: number): void {
    const job = this.#job;
    if (job === undefined) return;
    clearTimeout(job.deadline);
    job.deadline = setTimeout(() => {
      this.end(timeout(this.#options.module.name, this.#options.deadlineMs));
    }, ms);
  }

  #finish(): RunningJob | undefined {
    const job = this.#job;
    this.#job = undefined;
    this.#letProcessEnd(true);
    if (job === undefined) return undefined;
    clearTimeout(job.deadline);
    job.signal.removeEventListener('abort', job.onAbort);
    return job.isAbandoned ? undefined : job;
  }

  #break(why: string, cause?: unknown): void {
    const isJudging = judging.has(this.#options.module.name);
    const hint = isJudging ? undefined : hints.find(([sign]) => sign.test(why))?.[1];
    const next = hint ?? 'The next request starts a new one.';
    const message = `The ${isJudging ? 'policy' : 'rendering'} engine broke off: ${why}. ${next}`;
    this.end(new UserError('engine-failed', message, {}, { cause }));
  }

  async #answer(question: FileQuestion): Promise<void> {
    const job = this.#job;
    if (job === undefined) return;
    const answer = await answerQuestion(question, job.tree, job.signal, (error) => {
      job.bug ??= { error };
    });
    if (this.#state === 'ended' || this.#job !== job) return;
    this.#files.postMessage(answer);
    Atomics.add(this.#gate, 0, 1);
    Atomics.notify(this.#gate, 0);
  }

  #letProcessEnd(isIdle: boolean): void {
    if (isIdle) {
      this.#worker.unref();
      this.#files.unref();
    } else {
      this.#worker.ref();
      this.#files.ref();
    }
  }
}

interface RunningJob extends ThreadJob {
  readonly onAbort: () => void;
  deadline: NodeJS.Timeout | undefined;
  isAbandoned: boolean;
  /** What the tree threw that is neither trouble for people nor an abort. */
  bug: { readonly error: unknown } | undefined;
}

const judging: ReadonlySet<ModuleName> = new Set(['admission', 'kyverno', 'gatekeeper']);

/** What to look for when a rendering reaches its bounds. */
const hints = [
  [/call stack/, 'Look for templates that call themselves and values that nest without end.'],
  [/out of memory/, 'Look for templates that repeat what they write, and for files of many megabytes.'],
] as const;

function timeout(module: ModuleName, deadlineMs: number): UserError {
  const seconds = `${deadlineMs / 1000} s`;
  const [work, advice] = judging.has(module)
    ? ['Judging', 'loops within loops, texts that grow, or patterns of many wildcards']
    : ['Rendering', 'bases that multiply each other, templates without end, or a file system that does not answer'];
  const message = `${work} took longer than ${seconds} and was ended. Look for ${advice}.`;
  return new UserError('engine-timeout', message, { deadline: seconds });
}
