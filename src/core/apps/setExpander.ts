import type { KubeObject } from '../model/resource.ts';
import type { ApplicationSetReply, ClusterFact, FileTree, RenderEngine } from '../ports.ts';
import { UserError } from '../model/userError.ts';
import { givesSameAnswers } from '../render/recordingTree.ts';
import type { DeclaredObject } from './fileFacts.ts';

/** Asks the engine what ApplicationSets make, and keeps the answers while the set and what it looked at stay the same. */
export class SetExpander {
  readonly #engine: Pick<RenderEngine, 'applicationSet'>;
  readonly #kept = new WeakMap<KubeObject, KeptReply>();

  constructor(engine: Pick<RenderEngine, 'applicationSet'>) {
    this.#engine = engine;
  }

  /** The answers for sets, in their order; a set that is read from an unchanged text is the same object. */
  async expandAll(
    sets: readonly DeclaredObject[],
    clusters: readonly ClusterFact[] | undefined,
    tree: FileTree,
    signal: AbortSignal,
  ): Promise<readonly ApplicationSetReply[]> {
    return Promise.all(sets.map(({ object }) => this.#expand(object, clusters, tree, signal)));
  }

  async #expand(
    set: KubeObject,
    clusters: readonly ClusterFact[] | undefined,
    tree: FileTree,
    signal: AbortSignal,
  ): Promise<ApplicationSetReply> {
    const before = this.#kept.get(set);
    if (
      before?.clusters === clusters &&
      before !== undefined &&
      (await givesSameAnswers(tree, before.reply.reads, signal))
    )
      return before.reply;
    try {
      const reply = await this.#engine.applicationSet({ set, clusters }, tree, signal);
      this.#kept.set(set, { clusters, reply });
      return reply;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // One set that the engine fails on must not take the others' apps away: the failure becomes the set's problem.
      const problem = { path: '/spec/generators', message: error.message, isPartial: false };
      return { applications: [], problems: [problem], undecided: [], repositories: [], reads: [] };
    }
  }
}

interface KeptReply {
  readonly clusters: readonly ClusterFact[] | undefined;
  readonly reply: ApplicationSetReply;
}
