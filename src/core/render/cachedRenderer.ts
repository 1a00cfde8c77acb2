import type { App, AppId } from '../model/app.ts';
import type { Rendering } from '../model/rendering.ts';
import type { FileTree, RenderEngine } from '../ports.ts';
import { answersSame, noCluster } from './clusterView.ts';
import type { ClusterView } from './clusterView.ts';
import { brokenRendering } from './brokenRendering.ts';
import { givesSameAnswers, RecordingTree } from './recordingTree.ts';
import { renderApp } from './renderApp.ts';

/** Renders apps and keeps the results for as long as the files they read stay the same, whichever tree asks. */
export class CachedRenderer {
  readonly #engine: RenderEngine;
  readonly #kept = new Map<AppId, readonly KeptRendering[]>();

  constructor(engine: RenderEngine) {
    this.#engine = engine;
  }

  /** The same `Rendering` object comes back while nothing changed, so that callers can compare by identity. */
  async render(app: App, tree: FileTree, signal: AbortSignal, cluster: ClusterView = noCluster): Promise<Rendering> {
    const declaration = JSON.stringify([app.source, app.destination, app.declared?.object]);
    for (const kept of this.#kept.get(app.id) ?? []) {
      const { reads, asked } = kept.rendering;
      if (kept.declaration !== declaration || !answersSame(cluster, asked)) continue;
      if (!(await givesSameAnswers(tree, reads, signal))) continue;
      this.#keep(app.id, kept);
      return kept.rendering;
    }
    const recorded = new RecordingTree(tree);
    const rendering = await renderApp(app, recorded, this.#engine, signal, { cluster }).catch((error: unknown) =>
      brokenRendering(error, app, recorded, signal),
    );
    this.#keep(app.id, { declaration, rendering });
    return rendering;
  }

  /** Lets renderings that the engine gave up on be tried again. */
  forgetBroken(): void {
    for (const [id, kept] of this.#kept) {
      const whole = kept.filter(({ rendering }) => rendering.isBroken !== true);
      this.#kept.set(id, whole);
    }
  }

  /** Forgets apps that are gone. */
  retain(apps: ReadonlySet<AppId>): void {
    for (const id of this.#kept.keys()) if (!apps.has(id)) this.#kept.delete(id);
  }

  #keep(id: AppId, kept: KeptRendering): void {
    const others = (this.#kept.get(id) ?? []).filter((each) => each !== kept);
    this.#kept.set(id, [kept, ...others].slice(0, renderingsPerApp));
  }
}

/** Buffers, HEAD, upstream and applied, and one that just was. */
const renderingsPerApp = 5;

interface KeptRendering {
  readonly declaration: string;
  readonly rendering: Rendering;
}
