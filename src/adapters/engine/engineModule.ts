import { messageOf } from '../../core/model/userError.ts';
import type { FileAsker } from './fileBridge.ts';
import type { FileAnswer } from './messages.ts';
import { Wasi } from './wasi.ts';

const absent = -1;
const failed = -2;
const kinds = { file: 1, folder: 2 } as const;

/** One instance of the engine's WebAssembly module with its files behind a bridge. */
export class EngineModule {
  readonly #wasi = new Wasi();
  readonly #exports: EngineExports;
  /** The answer whose size the module knows and whose bytes it has not taken yet. */
  #pending = new Uint8Array();
  #failure = new Uint8Array();

  constructor(module: WebAssembly.Module, files: FileAsker) {
    const instance = new WebAssembly.Instance(module, {
      wasi_snapshot_preview1: this.#wasi.imports,
      plumbline: this.#fileImports(files),
    });
    this.#exports = readExports(instance.exports);
    this.#wasi.attach(this.#exports.memory);
    this.#exports._initialize();
  }

  /** Bytes of linear memory; never shrinks. */
  get memory(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** Works on one request, JSON text in and JSON bytes out. Throws when the module ends itself or traps. */
  answer(request: string): Uint8Array {
    const { alloc, release, answer } = this.#exports;
    this.#wasi.forgetOutput();
    const asked = new TextEncoder().encode(request);
    const at = alloc(asked.length) >>> 0;
    this.#slice(at, asked.length).set(asked);
    // Address and length in one number, for an export returns one value; wasm's i64 is signed.
    const packed = BigInt.asUintN(64, this.#explainCrash(() => answer(at, asked.length)));
    const replyAt = Number(packed >> 32n);
    const reply = this.#slice(replyAt, Number(packed & 0xffff_ffffn)).slice();
    release(at);
    release(replyAt);
    return reply;
  }

  /** A trap says `unreachable` and nothing more; why is in what Go wrote before. */
  #explainCrash<T>(call: () => T): T {
    try {
      return call();
    } catch (cause) {
      throw new Error(this.#wasi.lastWords ?? messageOf(cause), { cause });
    }
  }

  #slice(at: number, size: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, at >>> 0, size >>> 0);
  }

  #fileImports(files: FileAsker): WebAssembly.ModuleImports {
    const ask = (what: 'stat' | 'read' | 'list') => (at: number, size: number) =>
      this.#accept(files.ask({ ask: what, path: new TextDecoder().decode(this.#slice(at, size)) }));
    return {
      stat: ask('stat'),
      read: ask('read'),
      list: ask('list'),
      failure: () => this.#hold(this.#failure),
      take: (into: number) => {
        this.#slice(into, this.#pending.length).set(this.#pending);
        this.#pending = new Uint8Array();
      },
    };
  }

  #accept(answer: FileAnswer): number {
    switch (answer.kind) {
      case 'stat':
        return answer.found === undefined ? absent : kinds[answer.found];
      case 'read':
        return answer.content === undefined ? absent : this.#hold(answer.content);
      case 'list':
        return answer.names === undefined ? absent : this.#hold(encode(JSON.stringify(answer.names)));
      case 'failed':
        this.#failure = encode(answer.message);
        return failed;
    }
  }

  #hold(bytes: Uint8Array): number {
    this.#pending = new Uint8Array(bytes);
    return bytes.length;
  }
}

interface EngineExports {
  readonly memory: WebAssembly.Memory;
  readonly _initialize: () => void;
  readonly alloc: (size: number) => number;
  readonly release: (at: number) => void;
  readonly answer: (at: number, size: number) => bigint;
}

function readExports(exports: WebAssembly.Exports): EngineExports {
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('the engine module exports no memory');
  for (const name of ['_initialize', 'alloc', 'release', 'answer']) {
    if (typeof exports[name] !== 'function') throw new Error(`the engine module exports no function ${name}`);
  }
  // Edge: signatures of WebAssembly functions cannot be asked for; engine/bridge declares them so.
  return exports as unknown as EngineExports;
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
