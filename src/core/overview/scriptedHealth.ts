import type { HealthEngine, HealthScript, ScriptVerdict } from '../health/healthScripts.ts';
import { isScripted } from '../health/scriptedKinds.ts';
import { stringAt } from '../model/json.ts';
import { groupOf } from '../model/resource.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { isAbort, messageOf } from '../model/userError.ts';
import type { Log } from '../ports.ts';

/** What a verdict is about. */
interface Subject {
  readonly live: KubeObject;
  readonly scripts: readonly HealthScript[];
}

const unscripted: ScriptVerdict = { kind: 'unscripted' };

/**
 * The verdicts of health scripts over live objects, asked of the engine for many objects at once and kept as long as
 * object and scripts are the same versions. The engine is never asked for kinds that no script is for.
 */
export class ScriptedHealth {
  readonly #engine: HealthEngine;
  readonly #log: Log;
  readonly #kept = new Map<string, Subject & { readonly verdict: ScriptVerdict }>();
  readonly #waiting = new Map<string, Subject>();
  /** By the scripts of `argocd-cm`, which kinds are scripted: asked for every object of every state. */
  readonly #kinds = new WeakMap<readonly HealthScript[], Map<string, boolean>>();

  constructor(engine: HealthEngine, log: Log) {
    this.#engine = engine;
    this.#log = log;
  }

  /** The verdict over a cluster's object; `undefined` while it was never judged. Until a change is judged, the last one stands. */
  verdictOf(
    context: string,
    key: ResourceKey,
    live: KubeObject,
    scripts: readonly HealthScript[],
  ): ScriptVerdict | undefined {
    if (!this.#isScripted(live, scripts)) return unscripted;
    const id = `${context} ${key}`;
    const kept = this.#kept.get(id);
    if (kept?.scripts !== scripts || !isSameVersion(kept.live, live)) {
      this.#waiting.set(id, { live, scripts });
    }
    return kept?.verdict;
  }

  /** Whether some object waits for its verdict. */
  get hasWork(): boolean {
    return this.#waiting.size > 0;
  }

  /** Judges every object that is waited for, those under the same scripts together. */
  async judgeAll(signal: AbortSignal): Promise<void> {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const scripts of new Set(all.map(([, subject]) => subject.scripts))) {
      const some = all.filter(([, subject]) => subject.scripts === scripts);
      const objects = some.map(([, { live }]) => live);
      const verdicts = await this.#ask(objects, scripts, signal);
      for (const [i, [id, subject]] of some.entries()) {
        const verdict = verdicts[i];
        if (verdict !== undefined) this.#kept.set(id, { ...subject, verdict });
      }
    }
  }

  /** Trouble of the engine itself is a verdict too: it is not asked again before the object changes. */
  async #ask(
    objects: readonly KubeObject[],
    overrides: readonly HealthScript[],
    signal: AbortSignal,
  ): Promise<readonly ScriptVerdict[]> {
    try {
      return await this.#engine.judgeHealth({ objects, overrides }, signal);
    } catch (error) {
      if (isAbort(error)) throw error;
      const why = messageOf(error);
      this.#log.warn(`Health scripts did not run: ${why}`);
      return objects.map(() => ({ kind: 'unjudged', why }));
    }
  }

  #isScripted({ apiVersion, kind }: KubeObject, scripts: readonly HealthScript[]): boolean {
    const kinds = this.#kinds.get(scripts) ?? new Map<string, boolean>();
    this.#kinds.set(scripts, kinds);
    const name = `${apiVersion}/${kind}`;
    const known = kinds.get(name) ?? isScripted(groupOf(apiVersion), kind, scripts);
    kinds.set(name, known);
    return known;
  }
}

function isSameVersion(one: KubeObject, other: KubeObject): boolean {
  if (one === other) return true;
  const [a, b] = [one, other].map(({ metadata }) => stringAt(metadata, 'resourceVersion'));
  return a !== undefined && a === b && stringAt(one.metadata, 'uid') === stringAt(other.metadata, 'uid');
}
