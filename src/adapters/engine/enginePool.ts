import { MemoryTree } from '../../core/render/memoryTree.ts';
import { RecordingTree } from '../../core/render/recordingTree.ts';
import type {
  ApplicationSetReply,
  ApplicationSetRequest,
  FileTree,
  HelmReply,
  HelmRequest,
  KustomizeReply,
  KustomizeRequest,
  RenderEngine,
  VersionChooser,
} from '../../core/ports.ts';
import type { FileRead } from '../../core/model/rendering.ts';
import type { HealthEngine, HealthQuestion, ScriptVerdict } from '../../core/health/healthScripts.ts';
import type { PolicyAnswer, PolicyEngine, PolicyEngineName, PolicyQuestion } from '../../core/policy/judgement.ts';
import { EngineThread } from './engineThread.ts';
import { judgeHealth } from './judgeHealth.ts';
import { loadModule } from './loadModule.ts';
import type { LoadedModule, ModuleName } from './loadModule.ts';
import { readChoice, readHelmReply } from './readHelmReply.ts';
import { readPolicyAnswer } from './readPolicyAnswer.ts';
import { readReply } from './readReply.ts';
import { readSetReply } from './readSetReply.ts';

export interface EnginePoolOptions {
  /** The worker's entry: `new URL('./engineWorker.ts', …)` unbuilt, the path of `dist/engineWorker.cjs` in the product. */
  readonly worker: string | URL;
  /** Folder of the modules: `kustomize.wasm` and `helm.wasm`. */
  readonly modules: string;
  /** Requests at the same time; 2 unless said. */
  readonly threads?: number | undefined;
  /** Milliseconds after which a request fails with `engine-timeout`; 20 000 unless said. */
  readonly deadlineMs?: number | undefined;
  /** Milliseconds without work after which a thread is ended; 30 000 unless said. */
  readonly idleMs?: number | undefined;
  /** Bytes of memory past which a thread is replaced after its request; 512 MB unless said. */
  readonly mostMemory?: number | undefined;
}

/** What modules see that work on what the request holds. */
const nothing = new MemoryTree({});

type ModuleRequest =
  | KustomizeRequest
  | HelmRequest
  | { readonly applicationSet: ApplicationSetRequest }
  | VersionQuestion
  | PolicyQuestion
  | HealthQuestion;

const defaults = { threads: 2, deadlineMs: 20_000, idleMs: 30_000, mostMemory: 512 * 1024 * 1024 } as const;

/**
 * Renders in worker threads that are started on first use, share one compiled module for each library, and end when
 * idle. When all are busy the newest request goes first: it is the one somebody looks at.
 */
export class EnginePool implements RenderEngine, PolicyEngine, HealthEngine, VersionChooser {
  readonly #options: EnginePoolOptions;
  readonly #waiting: Job[] = [];
  readonly #threads = new Map<EngineThread, NodeJS.Timeout | undefined>();
  readonly #modules = new Map<ModuleName, Promise<LoadedModule>>();
  #isDisposed = false;

  constructor(options: EnginePoolOptions) {
    this.#options = options;
  }

  /** Threads alive, working or idle. */
  get threads(): number {
    return this.#threads.size;
  }

  async kustomize(request: KustomizeRequest, tree: FileTree, signal: AbortSignal): Promise<KustomizeReply> {
    const { reply, reads } = await this.#ask('kustomize', request, tree, signal);
    return { ...readReply(reply), reads };
  }

  async helm(request: HelmRequest, tree: FileTree, signal: AbortSignal): Promise<HelmReply> {
    const { reply, reads } = await this.#ask('helm', request, tree, signal);
    return { ...readHelmReply(reply), reads };
  }

  async chooseVersion(
    versions: readonly string[],
    constraint: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { reply } = await this.#ask('helm', { choose: { versions, constraint } }, nothing, signal);
    return readChoice(reply);
  }

  async applicationSet(
    applicationSet: ApplicationSetRequest,
    tree: FileTree,
    signal: AbortSignal,
  ): Promise<ApplicationSetReply> {
    const { reply, reads } = await this.#ask('helm', { applicationSet }, tree, signal);
    return { ...readSetReply(reply), reads };
  }

  async judge(engine: PolicyEngineName, question: PolicyQuestion, signal: AbortSignal): Promise<PolicyAnswer> {
    const { reply } = await this.#ask(engine, question, nothing, signal);
    return readPolicyAnswer(reply);
  }

  judgeHealth(question: HealthQuestion, signal: AbortSignal): Promise<readonly ScriptVerdict[]> {
    return judgeHealth(question, async (part) => (await this.#ask('health', part, nothing, signal)).reply);
  }

  /** Ends all threads; requests under way and waiting fail with an AbortError. */
  dispose(): void {
    this.#isDisposed = true;
    for (const job of this.#waiting.splice(0)) job.fail(disposed());
    for (const thread of [...this.#threads.keys()]) thread.end(disposed());
  }

  async #ask(
    name: ModuleName,
    request: ModuleRequest,
    tree: FileTree,
    signal: AbortSignal,
  ): Promise<{ readonly reply: Uint8Array; readonly reads: readonly FileRead[] }> {
    signal.throwIfAborted();
    const module = await this.#loadModule(name);
    signal.throwIfAborted();
    const recording = new RecordingTree(tree);
    const reply = await this.#queue(module, { request: JSON.stringify(request), tree: recording, signal });
    return { reply, reads: recording.reads };
  }

  /** A module that could not be loaded is tried again by the next request: the build may be under way. */
  async #loadModule(name: ModuleName): Promise<LoadedModule> {
    if (this.#isDisposed) throw disposed();
    const loading = this.#modules.get(name) ?? loadModule(this.#options.modules, name);
    this.#modules.set(name, loading);
    try {
      return await loading;
    } catch (error) {
      this.#modules.delete(name);
      throw error;
    }
  }

  #queue(module: LoadedModule, work: Pick<Job, 'request' | 'tree' | 'signal'>): Promise<Uint8Array> {
    if (this.#isDisposed) return Promise.reject(disposed());
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(job), 1);
        reject(asError(work.signal.reason));
      };
      const job: Job = {
        ...work,
        module,
        onAbort,
        resolve,
        fail: (error) => {
          reject(asError(error));
        },
      };
      work.signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(job);
      this.#next();
    });
  }

  #next(): void {
    const newest = this.#waiting.at(-1);
    if (newest === undefined) return;
    const thread = this.#freeThread(newest.module);
    if (thread === undefined) return;
    this.#waiting.pop();
    newest.signal.removeEventListener('abort', newest.onAbort);
    clearTimeout(this.#threads.get(thread));
    thread.run({ ...newest, onReply: newest.resolve, onFailure: newest.fail });
    this.#next();
  }

  /** A free thread of the module, or a new one; for which an idle one of another module makes room where it must. */
  #freeThread(module: LoadedModule): EngineThread | undefined {
    const free = [...this.#threads.keys()].filter((each) => each.isFree);
    const ready = free.find((each) => each.moduleName === module.name);
    if (ready !== undefined) return ready;
    const isFull = this.#threads.size >= (this.#options.threads ?? defaults.threads);
    // Ending a thread takes up the next request by itself.
    if (isFull) free[0]?.end(undefined);
    return isFull ? undefined : this.#startThread(module);
  }

  #startThread(module: LoadedModule): EngineThread {
    const thread = new EngineThread({
      worker: this.#options.worker,
      module,
      deadlineMs: this.#options.deadlineMs ?? defaults.deadlineMs,
      onFree: (free) => {
        this.#rest(free);
      },
      onEnd: (ended) => {
        clearTimeout(this.#threads.get(ended));
        this.#threads.delete(ended);
        if (!this.#isDisposed) this.#next();
      },
    });
    this.#threads.set(thread, undefined);
    return thread;
  }

  /** After a request: replaced when grown too large, else given the next one or ended after a while of idleness. */
  #rest(thread: EngineThread): void {
    const mostMemory = this.#options.mostMemory ?? defaults.mostMemory;
    if (thread.memory > mostMemory) {
      thread.end(undefined);
      return;
    }
    this.#next();
    if (!thread.isFree) return;
    const idle = setTimeout(() => {
      thread.end(undefined);
    }, this.#options.idleMs ?? defaults.idleMs);
    idle.unref();
    this.#threads.set(thread, idle);
  }
}

/** Asks Helm's module for a choice among versions (engine/render/internal/versions). */
interface VersionQuestion {
  readonly choose: { readonly versions: readonly string[]; readonly constraint: string };
}

interface Job {
  readonly request: string;
  readonly tree: FileTree;
  readonly signal: AbortSignal;
  readonly module: LoadedModule;
  readonly onAbort: () => void;
  readonly resolve: (reply: Uint8Array) => void;
  readonly fail: (error: unknown) => void;
}

function disposed(): DOMException {
  return new DOMException('The rendering engine was shut down.', 'AbortError');
}

/** Whatever a job failed with as an error; an abort may carry any value as its reason. */
function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DOMException(String(reason), 'AbortError');
}
