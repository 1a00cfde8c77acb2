import type { App, AppId } from '../model/app.ts';
import type { Finding } from '../model/finding.ts';
import type { Rendering } from '../model/rendering.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { differenceFindings, homeOf, problemFinding } from '../policy/bookFindings.ts';
import { codeOf, policyFinding, withRulePlace } from '../policy/policyFindings.ts';
import type { RulePlace } from '../policy/policyFindings.ts';
import { spotsOf } from '../policy/policyVerdict.ts';
import type { PolicyVerdict, ViolationSpot } from '../policy/policyVerdict.ts';
import { RulePlacer } from '../policy/rulePlacer.ts';
import type { PolicyEngine } from '../policy/judgement.ts';
import type { Provenance } from '../model/provenance.ts';
import type { FileTree } from '../ports.ts';
import type { AppPicture, GitPicture } from './gitPicture.ts';
import { Memo } from './memo.ts';
import type { PlaceQuestion } from './placeQuestion.ts';
import { PolicyKeeper } from './policyKeeper.ts';
import type { PolicyInputs, PolicyPicture, SceneBook } from './policyKeeper.ts';
import type { ProvenanceFinder } from './provenanceFinder.ts';
import { withServerWords } from './serverVerdicts.ts';
import type { AppState } from './state.ts';

const noPolicies: PolicyPicture = { verdicts: new Map(), books: [] };
const noVerdicts: readonly PolicyVerdict[] = [];

/** Keeps what policies say of the picture, and the lines on which it is shown. */
export class PolicyWatch {
  readonly #keeper: PolicyKeeper;
  readonly #finder: ProvenanceFinder;
  readonly #placer = new RulePlacer();
  readonly #placeOf: RulePlace = (rule, at, line) => this.#placer.placeOf(rule, at, line);
  readonly #states = new Memo<AppId, AppState>();
  readonly #placed = new Memo<string, PolicyVerdict>();
  readonly #spoken = new Memo<AppId, readonly PolicyVerdict[]>();
  /** What each app shows: what was judged here, and what a server said. */
  readonly #shown = new Map<AppId, readonly PolicyVerdict[]>();
  #judged: readonly unknown[] = [];
  #found: PolicyPicture = noPolicies;

  constructor(engine: PolicyEngine, finder: ProvenanceFinder) {
    this.#keeper = new PolicyKeeper(engine);
    this.#finder = finder;
  }

  /** The rules that are in force, by the cluster and the apps that meet them. */
  get books(): readonly SceneBook[] {
    return this.#found.books;
  }

  /** Whether something that verdicts are made of is another value than when it was last judged. */
  isOutdated(inputs: PolicyInputs): boolean {
    const now = signatureOf(inputs);
    return now.length !== this.#judged.length || now.some((value, index) => value !== this.#judged[index]);
  }

  /** Judges everything by what is known now. */
  async judge(inputs: PolicyInputs, signal: AbortSignal): Promise<void> {
    const signature = signatureOf(inputs);
    const found = await this.#keeper.judge(inputs, signal);
    const rules = found.books.flatMap(({ book }) => book.rules);
    await this.#placer.read(rules, inputs.picture.buffersTree, signal);
    this.#judged = signature;
    this.#found = found;
  }

  /** Looks for the lines of an app's violations; tells whether any answer is new. */
  async place(picture: AppPicture, tree: FileTree, signal: AbortSignal): Promise<boolean> {
    const waiting = this.#waiting(picture);
    for (const questions of waiting) {
      for (const question of questions) {
        signal.throwIfAborted();
        if ((await this.#finder.find(picture, tree, question, signal)).kind === 'proven') break;
      }
    }
    return waiting.length > 0;
  }

  /** Apps with violations whose lines were not looked for yet. */
  unplaced({ apps }: GitPicture): readonly AppPicture[] {
    return apps.filter((picture) => this.#waiting(picture).length > 0);
  }

  /** An app's state with what policies say of it. */
  complete(state: AppState, picture: AppPicture): AppState {
    const judged = this.#found.verdicts.get(state.app.id) ?? noVerdicts;
    const { resources, objectsContext } = state;
    const spoken = this.#spoken.remember(state.app.id, [judged, resources, objectsContext], () =>
      withServerWords(judged, state),
    );
    this.#shown.set(state.app.id, spoken);
    // Nothing was judged yet, which is not the same as nothing to say.
    if (this.#judged.length === 0 && spoken.length === 0) return state;
    const verdicts = spoken.map((each) => this.#withPlace(each, picture));
    return this.#states.remember(state.app.id, [state, this.#found, ...verdicts], () => {
      const findings = [...this.#verdictFindings(verdicts, state.app), ...this.#bookFindings(state.app)];
      return { ...state, policies: verdicts, findings: [...state.findings, ...findings] };
    });
  }

  #verdictFindings(verdicts: readonly PolicyVerdict[], app: App): readonly Finding[] {
    return verdicts.flatMap((verdict) => {
      // As with drift: a squiggle that jumps from line to line while the proof runs would be worse than a later one.
      const isWaiting = verdict.provenance === undefined;
      return isWaiting ? [] : (policyFinding(verdict, app, this.#placeOf) ?? []);
    });
  }

  /** What is wrong with rules, told on one app of those that meet them. */
  #bookFindings(app: App): readonly Finding[] {
    const all = this.#found.books.flatMap(({ apps, book, problems }) => [
      ...problems.flatMap((each) => {
        const home = homeOf(each.rule, apps);
        return home === undefined ? [] : [problemFinding(each, home, this.#placeOf)];
      }),
      ...differenceFindings(book, apps, this.#placeOf),
    ]);
    // What is said of one rule in several books is told once.
    const told = new Map([...all].reverse().map((each) => [`${JSON.stringify(each.place)} ${each.message}`, each]));
    return all.filter(
      (each) => told.get(`${JSON.stringify(each.place)} ${each.message}`) === each && each.app === app.id,
    );
  }

  #withPlace(verdict: PolicyVerdict, picture: AppPicture): PolicyVerdict {
    const questions = questionsOf(verdict, picture.sides.buffers);
    const provenance = bestOf(questions.map((question) => this.#finder.known(picture, question)));
    if (provenance === undefined) return verdict;
    const { result } = verdict;
    const key = [
      verdict.app,
      verdict.object,
      result.policy,
      result.rule,
      result.binding,
      result.message,
      verdict.rule?.id,
    ].join('\0');
    // The rules' places are read anew with each judgement.
    return this.#placed.remember(key, [verdict, provenance, this.#found], () =>
      withRulePlace({ ...verdict, provenance }, this.#placeOf),
    );
  }

  #waiting(picture: AppPicture): readonly (readonly PlaceQuestion[])[] {
    return (this.#shown.get(picture.app.id) ?? noVerdicts).flatMap((verdict) => {
      const questions = questionsOf(verdict, picture.sides.buffers);
      const answers = questions.map((question) => this.#finder.answer(picture, question));
      return questions.length === 0 || bestOf(answers) !== undefined ? [] : [questions];
    });
  }
}

/**
 * The first proven answer, else the first of all; `undefined` while one before it is not known, whatever others say: it
 * may be the better place.
 */
function bestOf<T extends Pick<Provenance, 'kind'>>(answers: readonly (T | undefined)[]): T | undefined {
  const end = answers.findIndex((each) => each === undefined || each.kind === 'proven');
  return end === -1 ? answers[0] : answers[end];
}

/** The values that a judgement depends on: while they are the same ones, it stands. */
function signatureOf({ picture, followers, contextOf, folders, usesClusters }: PolicyInputs): readonly unknown[] {
  const stores = [...followers.values()].flatMap(({ store, kinds }) => [store, kinds]);
  return [
    ...picture.apps.flatMap(({ app, sides }) => [sides.buffers, contextOf(app)]),
    ...picture.rules,
    ...stores,
    ...folders,
    usesClusters,
  ];
}

/** Where a verdict may be shown, the best first; none for one that asks nobody. */
function questionsOf(verdict: PolicyVerdict, rendering: Rendering | undefined): readonly PlaceQuestion[] {
  const code = codeOf(verdict.result);
  const object = rendering && objectOf(rendering, verdict.object);
  if (code === undefined || object === undefined) return [];
  const spots = spotsOf(object, verdict.result);
  // What is undecided is said of the object: no field is at fault.
  const shown = code === 'policy.undecided' ? spots.slice(-1) : spots;
  return shown.map((spot) => questionOf(spot, verdict.object));
}

function questionOf({ kind, path }: ViolationSpot, object: ResourceKey): PlaceQuestion {
  const question = { object, path, origin: 'uncommitted' } as const;
  return kind === 'object' ? { ...question, isOfObject: true } : question;
}

function objectOf({ objects }: Rendering, key: ResourceKey): KubeObject | undefined {
  return objects.find((each) => each.key === key)?.object;
}
