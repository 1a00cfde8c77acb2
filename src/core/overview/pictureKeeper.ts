import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { isAbort, messageOf, UserError } from '../model/userError.ts';
import type { Log } from '../ports.ts';
import type { ClusterWords, GitPicture, GitPictureReader } from './gitPicture.ts';
import { CoalescingRunner } from './runner.ts';

/** What a picture is read with, and who is told. */
export interface PictureSurroundings {
  /** What clusters say now, to a picture of Git as it was. */
  words(picture: GitPicture | undefined): ClusterWords;
  /** A reading has ended, well or not. */
  onRead(): void;
  /** Ends every reading. */
  readonly signal: AbortSignal;
}

/** Keeps the picture of Git: one reading at a time, of everything, or of the buffers over what was read before. */
export class PictureKeeper {
  readonly #reader: GitPictureReader;
  readonly #log: Log;
  readonly #surroundings: PictureSurroundings;
  readonly #runs = new CoalescingRunner(() => this.#read());
  #buffers: ReadonlyMap<RepoPath, string> = new Map();
  /** Git or the disk may have changed since the picture; else only the buffers did. */
  #isOutdated = true;
  #picture: GitPicture | undefined;
  #trouble: RenderProblem | undefined;

  constructor(reader: GitPictureReader, log: Log, surroundings: PictureSurroundings) {
    this.#reader = reader;
    this.#log = log;
    this.#surroundings = surroundings;
  }

  /** The newest picture; absent before the first reading. */
  get picture(): GitPicture | undefined {
    return this.#picture;
  }

  /** Why the picture is not newer. */
  get trouble(): RenderProblem | undefined {
    return this.#trouble;
  }

  /** Reads Git and the disk anew. */
  readAll(): Promise<void> {
    this.#isOutdated = true;
    return this.#runs.request();
  }

  /** Renders again what was read before, for clusters that answer otherwise now. */
  renderAgain(): Promise<void> {
    return this.#runs.request();
  }

  /** Takes in the texts of unsaved editors. */
  setBuffers(buffers: ReadonlyMap<RepoPath, string>): Promise<void> {
    // A buffer that is gone was saved or given up: what is on disk under it was read before that.
    if ([...this.#buffers.keys()].some((path) => !buffers.has(path))) this.#isOutdated = true;
    this.#buffers = new Map(buffers);
    return this.#runs.request();
  }

  async #read(): Promise<void> {
    const { signal } = this.#surroundings;
    if (signal.aborted) return;
    const kept = this.#isOutdated ? undefined : this.#picture;
    this.#isOutdated = false;
    try {
      this.#picture = await (kept === undefined
        ? this.#reader.read(this.#buffers, this.#surroundings.words(this.#picture), signal)
        : this.#reader.readBuffers(kept.moment, this.#buffers, signal));
      this.#trouble = undefined;
    } catch (error) {
      this.#isOutdated = true;
      // What was known stays on the screen, under the reason why it is not newer.
      if (isAbort(error) || this.#surroundings.signal.aborted) return;
      this.#trouble = { severity: 'error', message: messageOf(error) };
      // Expected trouble is shown as the picture's own problem; the log's errors are for bugs.
      if (error instanceof UserError) this.#log.warn(error.message);
      else this.#log.error(messageOf(error));
    }
    this.#surroundings.onRead();
  }
}
