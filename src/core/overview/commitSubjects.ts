import { isAbort } from '../model/userError.ts';
import type { RepoReader, RepoState } from '../ports.ts';

/** As many commits back as subjects are known. */
const depth = 500;

/** The subjects of the repository's newest commits, read once for each state of its branches. */
export class CommitSubjects {
  readonly #repo: Pick<RepoReader, 'readLog'>;
  #read = '';
  #subjects: ReadonlyMap<string, string> = new Map();

  constructor(repo: Pick<RepoReader, 'readLog'>) {
    this.#repo = repo;
  }

  /** The same map as long as nothing new was read. */
  get known(): ReadonlyMap<string, string> {
    return this.#subjects;
  }

  /** Whether the branches have moved on since they were read. */
  isBehind(repo: RepoState): boolean {
    return tipsOf(repo).join(' ') !== this.#read;
  }

  /** Reads the newest commits of the branch and its upstream; what cannot be read is not known. */
  async read(repo: RepoState, signal: AbortSignal): Promise<void> {
    const tips = tipsOf(repo);
    this.#read = tips.join(' ');
    const logs = await Promise.all(tips.map((tip) => this.#logOf(tip, signal)));
    this.#subjects = new Map(logs.flat().map(({ commit, subject }) => [commit, subject]));
  }

  async #logOf(tip: string, signal: AbortSignal): ReturnType<RepoReader['readLog']> {
    try {
      return await this.#repo.readLog(tip, depth, signal);
    } catch (error) {
      if (isAbort(error)) throw error;
      return [];
    }
  }
}

function tipsOf({ head, upstream }: RepoState): readonly string[] {
  return [...new Set([head, upstream?.commit])].filter((tip) => tip !== undefined);
}
