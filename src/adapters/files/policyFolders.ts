import { messageOf } from '../../core/model/userError.ts';
import type { Rule } from '../../core/policy/ruleBook.ts';
import type { Log } from '../../core/ports.ts';
import { readRules } from './readRules.ts';

/** The policies of folders outside of the repository, as they were read last. */
export class PolicyFolders {
  readonly #log: Log;
  #rules: readonly Rule[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  get rules(): readonly Rule[] {
    return this.#rules;
  }

  /** Reads them again. One that cannot be read is told in the log and left out; the others count. */
  async read(folders: readonly string[]): Promise<void> {
    const read = await Promise.all(folders.map((folder) => this.#readOne(folder)));
    this.#rules = read.flat();
  }

  async #readOne(folder: string): Promise<readonly Rule[]> {
    try {
      return await readRules([folder]);
    } catch (error) {
      this.#log.error(messageOf(error));
      return [];
    }
  }
}
