import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { FileAnswer, FileQuestion } from './messages.ts';

/** Asks about files and waits for the answer without returning to the event loop, as WebAssembly needs it. */
export interface FileAsker {
  ask(question: FileQuestion): FileAnswer;
}

/**
 * The worker's end of the bridge to the asynchronous tree in the thread that owns it: a question goes out by message,
 * the worker sleeps on the gate, the answer is taken from the port. Within one request each question crosses once.
 */
export class FileBridge implements FileAsker {
  readonly #port: MessagePort;
  readonly #gate: Int32Array;
  readonly #known = new Map<string, FileAnswer>();

  constructor(port: MessagePort, gate: SharedArrayBuffer) {
    this.#port = port;
    this.#gate = new Int32Array(gate);
  }

  /** Forgets what the request before had asked: the next one may render another tree. */
  forget(): void {
    this.#known.clear();
  }

  ask(question: FileQuestion): FileAnswer {
    const key = `${question.ask} ${question.path}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const answer = this.#cross(question);
    this.#known.set(key, answer);
    if (answer.kind === 'stat' && answer.content !== undefined) {
      this.#known.set(`read ${question.path}`, { kind: 'read', content: answer.content });
    }
    return answer;
  }

  #cross(question: FileQuestion): FileAnswer {
    const answered = Atomics.load(this.#gate, 0);
    this.#port.postMessage(question);
    // The count is raised after the answer is posted, so whoever wakes up finds it.
    Atomics.wait(this.#gate, 0, answered);
    const received = receiveMessageOnPort(this.#port);
    if (received === undefined) throw new Error('woken up without an answer');
    // Edge: the other end of this private port is fileAnswers.ts, which posts nothing else.
    return received.message as FileAnswer;
  }
}
