import { noDryRun, readDryRun } from '../diff/dryRun.ts';
import type { DryRunAnswer, DryRunRefusal } from '../diff/dryRun.ts';
import { stringAt } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';
import { isAbort, messageOf } from '../model/userError.ts';
import type { ApiRequest, ClusterConnection } from '../ports.ts';

/** How many dry-runs are under way at once; each costs the server its admission webhooks. */
const concurrency = 8;

/** One object to ask about: what is declared, what is live, and the request (or why there is none). */
export interface DryRunQuestion {
  /** One of each app and object. */
  readonly id: string;
  readonly desired: KubeObject;
  readonly live: KubeObject | undefined;
  readonly request: ApiRequest | DryRunRefusal;
}

interface Asked {
  readonly version: string;
  readonly desired: KubeObject;
  /** The request's text: a rendering that gives the same is the same question. */
  readonly text: string;
  readonly answer: DryRunAnswer | undefined;
}

/** Asks one server for dry-runs and keeps each answer as long as neither the live object nor what is declared changes. */
export class DryRuns {
  readonly #connection: Pick<ClusterConnection, 'send'>;
  readonly #signal: AbortSignal;
  readonly #asked = new Map<string, Asked>();
  #underWay = 0;

  constructor(connection: Pick<ClusterConnection, 'send'>, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
  }

  get isAsking(): boolean {
    return this.#underWay > 0;
  }

  /** The answer for just these two sides; `undefined` when nobody asked or the server has not answered. */
  answer(id: string, desired: KubeObject, live: KubeObject | undefined): DryRunAnswer | undefined {
    const asked = this.#asked.get(id);
    return asked?.desired === desired && asked.version === versionOf(live) ? asked.answer : undefined;
  }

  /** Whether these two sides were asked about, answered or not. */
  isAsked(id: string, desired: KubeObject, live: KubeObject | undefined): boolean {
    const asked = this.#asked.get(id);
    return asked?.desired === desired && asked.version === versionOf(live);
  }

  /** Asks what was not asked before; `again` asks all anew. Resolves when all have answered; never rejects. */
  async ask(questions: readonly DryRunQuestion[], again: boolean): Promise<void> {
    const open = questions.filter((question) => again || !this.#takeOver(question));
    for (const question of open) this.#note(question, undefined);
    this.#underWay += 1;
    const queue = open[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (const question of queue) {
        if (this.#signal.aborted) return;
        this.#note(question, await this.#askOne(question));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    this.#underWay -= 1;
  }

  /** The same request about the same live object: the answer stands, for the new rendering too. */
  #takeOver(question: DryRunQuestion): boolean {
    const asked = this.#asked.get(question.id);
    if (asked?.answer === undefined || asked.version !== versionOf(question.live)) return false;
    if (asked.text !== JSON.stringify(question.request)) return false;
    this.#asked.set(question.id, { ...asked, desired: question.desired });
    return true;
  }

  #note({ id, desired, live, request }: DryRunQuestion, answer: DryRunAnswer | undefined): void {
    this.#asked.set(id, { desired, version: versionOf(live), text: JSON.stringify(request), answer });
  }

  async #askOne({ request }: DryRunQuestion): Promise<DryRunAnswer> {
    if ('why' in request) return { kind: 'refused', refusal: request, warnings: [] };
    try {
      return readDryRun(await this.#connection.send(request, this.#signal));
    } catch (error) {
      return noDryRun(isAbort(error) ? 'The connection was closed.' : messageOf(error));
    }
  }
}

function versionOf(live: KubeObject | undefined): string {
  return live === undefined
    ? 'absent'
    : `${stringAt(live.metadata, 'uid') ?? ''}/${stringAt(live.metadata, 'resourceVersion') ?? ''}`;
}
