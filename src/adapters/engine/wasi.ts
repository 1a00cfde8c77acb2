import { getRandomValues } from 'node:crypto';
import { hrtime } from 'node:process';

/** Thrown through the module when it ends itself. */
export class ModuleExit extends Error {
  constructor(code: number) {
    super(`the module ended with exit code ${code}`);
    this.name = 'ModuleExit';
  }
}

// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md, errno
const success = 0;
const badDescriptor = 8;
const notCapable = 76;

const lengthOfOutputKept = 8_192;
const programName = new TextEncoder().encode('engine\0');

/** What Go's `os` and `net` bring along: the module has no descriptors but its output, no files, no sockets. */
const refused: WebAssembly.ModuleImports = {
  // The first descriptor that could be a preopened folder is none (`fd_prestat_get`).
  ...each(
    'fd_read fd_pread fd_pwrite fd_readdir fd_seek fd_sync fd_close fd_filestat_get fd_filestat_set_size fd_prestat_get',
    badDescriptor,
  ),
  ...each('fd_prestat_dir_name sock_accept sock_recv sock_send sock_shutdown', badDescriptor),
  ...each('path_open path_readlink path_filestat_get path_filestat_set_times path_create_directory path_link', notCapable),
  ...each('path_remove_directory path_rename path_symlink path_unlink_file', notCapable),
};

/**
 * The part of WASI preview 1 that a Go module needs, with nothing behind it: a clock, random numbers, one program name
 * (klog panics without it), no environment, no files, no sockets. What the module writes is kept for crash messages.
 */
export class Wasi {
  #memory: WebAssembly.Memory | undefined;
  #output = '';

  /** Gives the module's memory; before that no function works. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  /** The reason for which Go broke off, as it wrote it before it ended or trapped. */
  get lastWords(): string | undefined {
    return /^(?:fatal error|panic|runtime): .*$/m.exec(this.#output)?.[0];
  }

  /** Forgets what the module has written so far. */
  forgetOutput(): void {
    this.#output = '';
  }

  /** The imports of `wasi_snapshot_preview1`. */
  get imports(): WebAssembly.ModuleImports {
    return {
      args_get: (argv: number, buffer: number) => this.#writeArguments(argv, buffer),
      args_sizes_get: (count: number, size: number) => this.#writeSizes(count, 1, size, programName.length),
      environ_get: () => success,
      environ_sizes_get: (count: number, size: number) => this.#writeSizes(count, 0, size, 0),
      clock_time_get: (clock: number, _precision: bigint, into: number) => this.#writeTime(clock, into),
      random_get: (into: number, size: number) => this.#writeRandom(into, size),
      poll_oneoff: (subscriptions: number, events: number, count: number, into: number) =>
        this.#sleep(subscriptions, events, count, into),
      sched_yield: () => success,
      proc_exit: (code: number) => {
        throw new ModuleExit(code);
      },
      fd_write: (descriptor: number, vectors: number, count: number, into: number) =>
        this.#write(descriptor, vectors, count, into),
      fd_fdstat_get: (descriptor: number, into: number) => this.#writeDescriptorState(descriptor, into),
      fd_fdstat_set_flags: () => success,
      ...refused,
    };
  }

  #view(): DataView {
    if (this.#memory === undefined) throw new Error('the module has no memory yet');
    return new DataView(this.#memory.buffer);
  }

  #bytes(at: number, size: number): Uint8Array<ArrayBuffer> {
    const { buffer } = this.#view();
    if (!(buffer instanceof ArrayBuffer)) throw new Error('the memory is shared');
    return new Uint8Array(buffer, at >>> 0, size >>> 0);
  }

  #writeArguments(argv: number, buffer: number): number {
    this.#view().setUint32(argv, buffer, true);
    this.#bytes(buffer, programName.length).set(programName);
    return success;
  }

  #writeSizes(countAt: number, count: number, sizeAt: number, size: number): number {
    this.#view().setUint32(countAt, count, true);
    this.#view().setUint32(sizeAt, size, true);
    return success;
  }

  #writeTime(clock: number, into: number): number {
    this.#view().setBigUint64(into, now(clock), true);
    return success;
  }

  #writeRandom(into: number, size: number): number {
    const most = 65_536; // of getRandomValues
    for (let done = 0; done < size; done += most) {
      getRandomValues(this.#bytes(into + done, Math.min(most, size - done)));
    }
    return success;
  }

  #write(descriptor: number, vectors: number, count: number, into: number): number {
    if (descriptor !== 1 && descriptor !== 2) return badDescriptor;
    let written = 0;
    for (let i = 0; i < count; i++) {
      const at = this.#view().getUint32(vectors + 8 * i, true);
      const size = this.#view().getUint32(vectors + 8 * i + 4, true);
      this.#output = (this.#output + new TextDecoder().decode(this.#bytes(at, size))).slice(0, lengthOfOutputKept);
      written += size;
    }
    this.#view().setUint32(into, written, true);
    return success;
  }

  #writeDescriptorState(descriptor: number, into: number): number {
    if (descriptor > 2) return badDescriptor;
    this.#bytes(into, 24).fill(0);
    this.#view().setUint8(into, 2); // character device
    return success;
  }

  /** Sleeps until the first of the subscribed clocks is due; nothing else can be subscribed to without descriptors. */
  #sleep(subscriptions: number, events: number, count: number, into: number): number {
    const view = this.#view();
    const waits = Array.from({ length: count }, (_, i) => readSubscription(view, subscriptions + 48 * i));
    const shortest = Math.min(...waits.map((each) => each.milliseconds));
    if (shortest > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, shortest);
    const due = waits.filter((each) => each.milliseconds <= shortest);
    due.forEach((each, i) => {
      this.#bytes(events + 32 * i, 32).fill(0);
      view.setBigUint64(events + 32 * i, each.userData, true);
      view.setUint16(events + 32 * i + 8, each.isClock ? success : badDescriptor, true);
      view.setUint8(events + 32 * i + 10, each.isClock ? 0 : 1);
    });
    view.setUint32(into, due.length, true);
    return success;
  }
}

interface Subscription {
  readonly userData: bigint;
  readonly isClock: boolean;
  readonly milliseconds: number;
}

function readSubscription(view: DataView, at: number): Subscription {
  const userData = view.getBigUint64(at, true);
  if (view.getUint8(at + 8) !== 0) return { userData, isClock: false, milliseconds: 0 };
  const clock = view.getUint32(at + 16, true);
  const timeout = view.getBigUint64(at + 24, true);
  const isAbsolute = (view.getUint16(at + 40, true) & 1) === 1;
  const left = isAbsolute ? timeout - now(clock) : timeout;
  return { userData, isClock: true, milliseconds: Math.max(0, Number(left) / 1e6) };
}

function each(names: string, answer: number): WebAssembly.ModuleImports {
  return Object.fromEntries(names.split(' ').map((name) => [name, () => answer]));
}

/** Nanoseconds of a WASI clock: 0 is the time of day, all others are monotonic. */
function now(clock: number): bigint {
  return clock === 0 ? BigInt(Date.now()) * 1_000_000n : hrtime.bigint();
}
