import type { MessagePort } from 'node:worker_threads';

/** What a worker is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  /** Answers to file questions come by this port; the worker takes them without returning to its event loop. */
  readonly files: MessagePort;
  /** One `Int32` that counts answers; the worker sleeps on it while it waits for the next. */
  readonly gate: SharedArrayBuffer;
}

/** From the pool to a worker: one request as JSON text. Never two at a time. */
export interface WorkerRequest {
  readonly request: string;
}

/** From a worker to the pool. */
export type WorkerReport =
  | { readonly kind: 'ready' }
  /** `memory` is the size of the linear memory in bytes, which only ever grows. */
  | { readonly kind: 'reply'; readonly reply: Uint8Array; readonly memory: number }
  /** The module has ended itself; the worker is of no more use. */
  | { readonly kind: 'broken'; readonly message: string };

/** A question about the tree that the current request renders. */
export interface FileQuestion {
  readonly ask: 'stat' | 'read' | 'list';
  readonly path: string;
}

/** The answer to the question before; `undefined` where the tree has nothing. */
export type FileAnswer =
  /** A file's content comes with it: kustomize reads what it has found, and each crossing waits for the other thread. */
  | {
      readonly kind: 'stat';
      readonly found: 'file' | 'folder' | undefined;
      readonly content?: Uint8Array | undefined;
    }
  | { readonly kind: 'read'; readonly content: Uint8Array | undefined }
  /** Names of folders end in `/`. */
  | { readonly kind: 'list'; readonly names: readonly string[] | undefined }
  | { readonly kind: 'failed'; readonly message: string };
