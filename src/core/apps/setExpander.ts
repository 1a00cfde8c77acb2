import type { KubeObject } from '../model/resource.ts';
import type { ApplicationSetReply, ClusterFact, FileTree, RenderEngine } from '../ports.ts';
import { UserError } from '../model/userError.ts';
import { givesSameAnswers } from '../render/recordingTree.ts';
import type { DeclaredObject } from './fileFacts.ts';

/** Asks the engine what ApplicationSets make, and keeps the answers while the set and what it looked at stay the same. */
export class SetExpander {
  readonly #engine: Pick<RenderEngine, 'applicationSet'>;
  #kept: ReadonlyMap<string, KeptReply> = new Map();

  constructor(engine: Pick<RenderEngine, 'applicationSet'>) {
    this.#engine = engine;
  }

  /** The answers for all sets of a tree, in their order; what is kept of other sets is forgotten. */
  async expandAll(
    sets: readonly DeclaredObject[],
    clusters: readonly ClusterFact[] | undefined,
    tree: FileTree,
    signal: AbortSignal,
  ): Promise<readonly ApplicationSetReply[]> {
    const found = await Promise.all(
      sets.map(async (declared) => {
        const before = this.#kept.get(keyOf(declared));
        const { object: set } = declared;
        if (
          before?.set === set &&
          before.clusters === clusters &&
          (await givesSameAnswers(tree, before.reply.reads, signal))
        )
          return before;
        return { set, clusters, ...(await this.#ask(declared, clusters, tree, signal)) };
      }),
    );
    this.#kept = new Map(
      sets.flatMap((each, index) => {
        const kept = found[index];
        return kept === undefined || kept.isFailure ? [] : [[keyOf(each), kept] as const];
      }),
    );
    return found.map(({ reply }) => reply);
  }

  /** One set that the engine fails on must not take the others' apps away: the failure becomes the set's problem. */
  async #ask(
    { object: set }: DeclaredObject,
    clusters: readonly ClusterFact[] | undefined,
    tree: FileTree,
    signal: AbortSignal,
  ): Promise<Pick<KeptReply, 'reply' | 'isFailure'>> {
    try {
      return { reply: await this.#engine.applicationSet({ set, clusters }, tree, signal), isFailure: false };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const problem = { path: '/spec/generators', message: error.message, isPartial: false };
      const reply = { applications: [], problems: [problem], undecided: [], repositories: [], reads: [] };
      return { reply, isFailure: true };
    }
  }
}

interface KeptReply {
  readonly set: KubeObject;
  readonly clusters: readonly ClusterFact[] | undefined;
  readonly reply: ApplicationSetReply;
  /** The engine failed, and may not the next time. */
  readonly isFailure: boolean;
}

function keyOf({ file, document, place }: DeclaredObject): string {
  return `${file}#${String(document)}:${String(place.start)}`;
}
