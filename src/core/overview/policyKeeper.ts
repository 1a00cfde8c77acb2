import type { DeclaredObject } from '../apps/fileFacts.ts';
import { isSecret } from '../diff/secrets.ts';
import { findObject } from '../live/liveStore.ts';
import type { App, AppId } from '../model/app.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { requestFor } from '../policy/admissionRequests.ts';
import type { RuleProblem } from '../policy/bookFindings.ts';
import { CachedJudge } from '../policy/cachedJudge.ts';
import type { Judgement } from '../policy/judgePolicies.ts';
import type { AdmissionRequest, PolicyEngine, PolicyQuestion } from '../policy/judgement.ts';
import { policyKind } from '../policy/policyKinds.ts';
import type { PolicyVerdict } from '../policy/policyVerdict.ts';
import { makeRuleBook, replacedBook } from '../policy/ruleBook.ts';
import type { Rule, RuleBook } from '../policy/ruleBook.ts';
import { scopeFrom } from '../render/scope.ts';
import type { KindScope } from '../render/scope.ts';
import type { ClusterFollower } from './clusterFollower.ts';
import { placedKey } from './clusterNeeds.ts';
import type { AppPicture, GitPicture } from './gitPicture.ts';
import { Memo } from './memo.ts';
import {
  clusterRules,
  policyScenes,
  repositoryRules,
  renderedObjects,
  surroundingsOf,
  judgedParts,
} from './policyScene.ts';
import type { PolicyScene } from './policyScene.ts';
import { isViolation, livePrefix, problemsOf, verdictsOf } from './policyVerdicts.ts';
import type { JudgedObject } from './policyVerdicts.ts';

/** What policies say of everything that a picture renders. */
export interface PolicyPicture {
  readonly verdicts: ReadonlyMap<AppId, readonly PolicyVerdict[]>;
  readonly books: readonly SceneBook[];
}

/** The rules of one scene and what is wrong with them. */
export interface SceneBook {
  readonly context?: string | undefined;
  readonly apps: readonly App[];
  readonly book: RuleBook;
  /** Kinds (plural) that the cluster does not let us read: what they, or policies by them, say is not known. */
  readonly unread?: readonly string[] | undefined;
  readonly problems: readonly RuleProblem[];
}

/** What the judgement is made of. */
export interface PolicyInputs {
  readonly picture: GitPicture;
  readonly followers: ReadonlyMap<string, ClusterFollower>;
  readonly contextOf: (app: App) => string | undefined;
  /** Rules of folders outside of the repository. */
  readonly folders: readonly Rule[];
  /** Whether the rules of clusters count. */
  readonly usesClusters: boolean;
}

/** Judges what a picture renders by the rules of all sources, again and again; what stays the same is not judged anew. */
export class PolicyKeeper {
  readonly #judge: CachedJudge;
  readonly #requests = new Memo<string, JudgedObject>();

  constructor(engine: PolicyEngine) {
    this.#judge = new CachedJudge(engine);
  }

  async judge(inputs: PolicyInputs, signal: AbortSignal): Promise<PolicyPicture> {
    const verdicts = new Map<AppId, readonly PolicyVerdict[]>();
    const books: SceneBook[] = [];
    for (const scene of policyScenes(inputs.picture.apps, inputs.contextOf, inputs.followers)) {
      const book = bookOf(scene, inputs);
      const unread = unreadKinds(scene, inputs);
      if (book.rules.length === 0 && unread.length === 0 && !mayAskPodSecurity(scene)) continue;
      const { problems, found } = await this.#judgeScene(scene, book, signal);
      books.push({ context: scene.context, apps: scene.apps.map(({ app }) => app), book, unread, problems });
      for (const { app } of scene.apps)
        verdicts.set(
          app.id,
          found.filter((each) => each.app === app.id),
        );
    }
    return { verdicts, books };
  }

  async #judgeScene(scene: PolicyScene, book: RuleBook, signal: AbortSignal): Promise<SceneJudgement> {
    const objects = this.#objectsOf(scene);
    const requests = objects.map(({ asked }) => asked.request);
    const now = await this.#ask(scene, book.rules, requests, signal);
    const replaced = replacedBook(book);
    const before = replaced.length === 0 ? nothing : await this.#ask(scene, replaced, requests, signal);
    const violating = new Set(now.results.filter(isViolation).map(({ request }) => request));
    const live = objects.flatMap((each) =>
      each.live !== undefined && violating.has(each.asked.request.id) ? [each.live] : [],
    );
    const lives = live.length === 0 ? nothing : await this.#ask(scene, book.rules, live, signal);
    // A constraint may be the same in both while its template is not: what the cluster's rules say is the cluster's word.
    const source = scene.context === undefined ? undefined : ({ kind: 'cluster', context: scene.context } as const);
    const word = { objects: new Map(objects.map((each) => [each.asked.request.id, each])), lives };
    return {
      found: [
        ...verdictsOf(now, book.rules, word),
        ...verdictsOf(before, replaced, word).map((each) => ({ ...each, source })),
      ],
      problems: [...problemsOf(now, book.rules, scene), ...problemsOf(before, replaced, scene)],
    };
  }

  #ask(
    scene: PolicyScene,
    rules: readonly Rule[],
    requests: readonly AdmissionRequest[],
    signal: AbortSignal,
  ): Promise<Judgement> {
    const objects = rules.map(({ object }) => object);
    const question: PolicyQuestion = {
      policies: rules.map(({ id, object }) => ({ id, object: judgedParts(object) })),
      ...surroundingsOf(scene, objects),
      requests,
    };
    return this.#judge.judge(question, signal);
  }

  #objectsOf(scene: PolicyScene): readonly JudgedObject[] {
    const scope = scopeOf(scene);
    return scene.apps.flatMap((picture) =>
      (picture.sides.buffers?.objects ?? []).map(({ key, object }) => {
        const live = liveTwin(picture, object, scene.follower);
        // Which kinds are namespaced is known with the cluster's kinds.
        const inputs = [object, live, scene.follower?.kinds, picture.app.destination.namespace];
        return this.#requests.remember(`${picture.app.id} ${key}`, inputs, () =>
          judgedObject(picture, key, object, live, scope),
        );
      }),
    );
  }
}

interface SceneJudgement {
  readonly found: readonly PolicyVerdict[];
  readonly problems: readonly RuleProblem[];
}

const nothing: Judgement = { results: [], problems: [], failures: [] };

function judgedObject(
  { app }: AppPicture,
  key: ResourceKey,
  object: KubeObject,
  live: KubeObject | undefined,
  scope: KindScope,
): JudgedObject {
  const id = `${app.id} ${key}`;
  const oldObject = live && judgedParts(live);
  const namespace = app.destination.namespace;
  const asked = requestFor(id, object, scope, { oldObject, namespace });
  const current = live && requestFor(`${livePrefix}${id}`, judgedParts(live), scope, { namespace });
  return { app: app.id, key, asked, live: current?.request };
}

/** The live object behind a rendered one. A Secret's values are not read from clusters, so it is no old object. */
function liveTwin(
  picture: AppPicture,
  object: KubeObject,
  follower: ClusterFollower | undefined,
): KubeObject | undefined {
  if (follower === undefined || isSecret(object)) return undefined;
  return findObject(follower.store, placedKey(picture, object, follower.kinds));
}

function scopeOf({ apps, follower }: PolicyScene): KindScope {
  const known = scopeFrom(renderedObjects(apps));
  const served = new Map((follower?.kinds ?? []).map((each) => [`${each.group}/${each.version} ${each.kind}`, each]));
  return {
    isNamespaced: (object) => {
      const version = object.apiVersion.includes('/') ? object.apiVersion : `/${object.apiVersion}`;
      return served.get(`${version} ${object.kind}`)?.isNamespaced ?? known.isNamespaced(object);
    },
  };
}

function bookOf(scene: PolicyScene, { picture, folders, usesClusters }: PolicyInputs): RuleBook {
  const files: readonly DeclaredObject[] = picture.rules;
  const { context, follower } = scene;
  const cluster =
    usesClusters && context !== undefined && follower !== undefined ? clusterRules(context, follower.store) : [];
  return makeRuleBook(repositoryRules(scene, picture.apps, files), folders, cluster);
}

/** Kinds of policies that the cluster serves and does not let us list, and Namespaces, by whose labels Pod Security judges. */
function unreadKinds({ follower }: PolicyScene, { usesClusters }: PolicyInputs): readonly string[] {
  if (follower === undefined || !usesClusters) return [];
  const ruling = follower.refusedWishes.filter(
    ({ group, kind }) => policyKind(group, kind) !== undefined || (group === '' && kind === 'Namespace'),
  );
  return [...new Set(ruling.map(({ plural }) => plural))].sort();
}

/** Whether some Namespace is known, which may ask for Pod Security. */
function mayAskPodSecurity(scene: PolicyScene): boolean {
  return surroundingsOf(scene, []).context.length > 0;
}
