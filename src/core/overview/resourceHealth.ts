import type { ArgoSettings } from '../argocd/argoSettings.ts';
import { argoHealth } from '../health/argoHealth.ts';
import type { ScriptName, ScriptVerdict } from '../health/healthScripts.ts';
import { kstatus } from '../health/kstatus.ts';
import type { App, AppId } from '../model/app.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import type { LiveComparison } from './liveComparer.ts';
import { Memo } from './memo.ts';
import type { ScriptedHealth } from './scriptedHealth.ts';
import type { AppHealth } from './state.ts';

/** The health of an app's live objects, in the words of what reconciles it. */
export interface HealthPicture {
  readonly objects: ReadonlyMap<ResourceKey, AppHealth>;
  /** Every live object was judged that something judges. */
  readonly isComplete: boolean;
  /** Scripts of `argocd-cm` that failed, a sentence each. */
  readonly problems: readonly string[];
}

const nothingSeen: HealthPicture = { objects: new Map(), isComplete: false, problems: [] };

/** Judges the objects of apps; a picture stays the same value while nothing that it is made of changed. */
export class ResourceHealth {
  readonly #scripted: ScriptedHealth;
  readonly #pictures = new Memo<AppId, HealthPicture>();

  constructor(scripted: ScriptedHealth) {
    this.#scripted = scripted;
  }

  /** Argo CD's rules for its apps, kstatus for all others. `minute` is what kstatus's waiting times are measured in. */
  of(
    app: App,
    context: string,
    compared: LiveComparison | undefined,
    settings: ArgoSettings | undefined,
    now: Date,
  ): HealthPicture {
    if (compared === undefined) return nothingSeen;
    return app.kind === 'argo-application'
      ? this.#argo(app, context, compared, settings)
      : this.#pictures.remember(app.id, [compared, Math.floor(now.getTime() / 60_000)], () => kstatusOf(compared, now));
  }

  #argo(app: App, context: string, compared: LiveComparison, settings: ArgoSettings | undefined): HealthPicture {
    // Without the settings, which are on their way, a script of theirs could not be told from none.
    if (settings === undefined) return nothingSeen;
    const lives = [...compared.objects].flatMap(([key, { live }]) => (live === undefined ? [] : [{ key, live }]));
    const judged = lives.flatMap(({ key, live }) => {
      const verdict = this.#scripted.verdictOf(context, key, live, settings.healthScripts);
      return verdict === undefined ? [] : [{ key, live, verdict }];
    });
    const inputs = [compared, ...judged.map(({ verdict }) => verdict)];
    return this.#pictures.remember(app.id, inputs, () => ({
      objects: new Map([...missing(compared), ...judged.flatMap(healthOf)]),
      isComplete: judged.length === lives.length && judged.every(({ verdict }) => verdict.kind !== 'unjudged'),
      problems: [...new Set(judged.flatMap(({ verdict }) => problemOf(verdict)))],
    }));
  }
}

interface JudgedObject {
  readonly key: ResourceKey;
  readonly live: KubeObject;
  readonly verdict: ScriptVerdict;
}

function healthOf({ key, live, verdict }: JudgedObject): readonly (readonly [ResourceKey, AppHealth])[] {
  const health = argoHealth(live, verdict);
  if (health === undefined) return [];
  const rule = isDeleted(live) ? undefined : ruleOf(verdict);
  return [[key, { status: health.status, message: health.message || undefined, rule }]];
}

/** Such an object is Progressing, whatever its kind. */
function isDeleted({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Argo CD calls a declared object that is not there Missing, whatever its kind. */
function missing({ objects }: LiveComparison): readonly (readonly [ResourceKey, AppHealth])[] {
  return [...objects].flatMap(([key, { diff }]) =>
    diff?.verdict === 'missing' ? [[key, { status: 'Missing' }] as const] : [],
  );
}

function ruleOf(verdict: ScriptVerdict): string | undefined {
  switch (verdict.kind) {
    case 'unscripted':
      return "Argo CD's built-in check";
    case 'judged':
    case 'silent':
    case 'failed':
      return scriptWords(verdict.script);
    case 'ambiguous':
    case 'unjudged':
      return undefined;
  }
}

function scriptWords({ key, isOverride }: ScriptName): string {
  return isOverride ? `the health script of argocd-cm for ${key}` : `Argo CD's health script for ${key}`;
}

function problemOf(verdict: ScriptVerdict): readonly string[] {
  if (verdict.kind === 'ambiguous') return [`Health scripts of argocd-cm: ${verdict.message}.`];
  if (verdict.kind === 'unjudged') return [verdict.why];
  if (verdict.kind !== 'failed') return [];
  const what = scriptWords(verdict.script);
  const where = verdict.line === undefined ? '' : `, line ${verdict.line}`;
  const why = verdict.isEndless
    ? 'it took longer than the second that Argo CD gives it.'
    : withoutPlace(verdict.message);
  return [`${what.charAt(0).toUpperCase()}${what.slice(1)}${where}: ${why}`];
}

/** Lua names the place in front: `<string>:3: …`, `<string> line:3(column:5) near …`. */
function withoutPlace(message: string): string {
  return message.replace(/^<string>(?::\d+:| line:\d+\(column:\d+\)) /, '');
}

function kstatusOf({ objects }: LiveComparison, now: Date): HealthPicture {
  const judged = [...objects].flatMap(([key, { live }]) =>
    live === undefined ? [] : [[key, { ...kstatus(live, now), rule: 'kstatus' }] as const],
  );
  return { objects: new Map(judged), isComplete: true, problems: [] };
}
