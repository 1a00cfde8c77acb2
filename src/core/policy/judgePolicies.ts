import { stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { UserError } from '../model/userError.ts';
import { policyEngines } from './judgement.ts';
import type {
  PolicyDocument,
  PolicyEngine,
  PolicyEngineName,
  PolicyProblem,
  PolicyQuestion,
  PolicyResult,
} from './judgement.ts';
import {
  isOfMutation,
  markMutated,
  mutatedRequests,
  noMutations,
  validatingPart,
  withMutations,
} from './mutationChain.ts';
import type { Mutations } from './mutationChain.ts';
import { asksPodSecurity, belongsTo, isJudging, policyKindOf } from './policyKinds.ts';

/** What all engines together say. */
export interface Judgement {
  readonly results: readonly PolicyResult[];
  readonly problems: readonly PolicyProblem[];
  /** Engines that could not be asked, or policies on which one gave up: they are undecided, not passed. */
  readonly failures: readonly PolicyFailure[];
}

/** Why some policies were not judged. */
export interface PolicyFailure {
  /** One sentence. */
  readonly message: string;
  /** The policies that give no result because of it; Pod Security has no document. */
  readonly policies: readonly { readonly name: string; readonly document?: string | undefined }[];
  /** `id` of the requests that they did not judge. */
  readonly requests: readonly string[];
}

/** Requests of one question: enough to be worth the way. */
const requestsAtOnce = 200;
/** Pairs of policy and request in one question: few enough for the engine's deadline to mean a policy without end. */
const pairsAtOnce = 5_000;

/**
 * Asks each engine that has policies and puts their answers together. An engine that fails on all of them is asked again
 * with one policy after the other, so that a policy without end takes only itself away. Each engine changes what those
 * before it left; what judged an object that a later one changed is asked about it once more, for a server validates last.
 */
export async function judgePolicies(
  engine: PolicyEngine,
  question: PolicyQuestion,
  signal: AbortSignal,
): Promise<Judgement> {
  const spoken: SpokenEngine[] = [];
  let mutations = noMutations;
  for (const name of policyEngines) {
    const own = questionFor(name, question);
    if (own === undefined) continue;
    const requests = mutatedRequests(question.requests, mutations);
    const judgement = await new EngineInquiry(engine, name, { ...own, requests }).run(signal);
    mutations = withMutations(mutations, judgement.results);
    spoken.push({ name, question: own, judgement, mutations });
  }
  const judgements: Judgement[] = [];
  for (const each of spoken) judgements.push(await judgeAgain(engine, each, mutations, signal));
  const { results, ...rest } = joinJudgements(judgements);
  return { ...rest, results: markMutated(results, mutations) };
}

/** An engine that was asked, and what had become of the objects by then. */
interface SpokenEngine {
  readonly name: PolicyEngineName;
  readonly question: PolicyQuestion;
  readonly judgement: Judgement;
  readonly mutations: Mutations;
}

/** The engine's judgement of what became of the objects in the end. */
async function judgeAgain(
  engine: PolicyEngine,
  { name, question, judgement, mutations }: SpokenEngine,
  final: Mutations,
  signal: AbortSignal,
): Promise<Judgement> {
  const changed = question.requests.filter(({ id }) => final.objects.get(id) !== mutations.objects.get(id));
  if (changed.length === 0) return judgement;
  const policies = question.policies.flatMap((each) => validatingPart(each) ?? []);
  const again = questionFor(name, { ...question, policies, requests: mutatedRequests(changed, final) });
  const ids = new Set(changed.map(({ id }) => id));
  const results = judgement.results.filter((each) => !ids.has(each.request) || isOfMutation(each, question.policies));
  const kept = { ...judgement, results };
  return again === undefined ? kept : joinJudgements([kept, await new EngineInquiry(engine, name, again).run(signal)]);
}

/** Puts judgements together; problems that several questions brought are told once. */
export function joinJudgements(judgements: readonly Judgement[]): Judgement {
  const problems = new Map(judgements.flatMap((each) => each.problems).map((each) => [JSON.stringify(each), each]));
  return {
    results: judgements.flatMap(({ results }) => results),
    problems: [...problems.values()],
    failures: judgements.flatMap(({ failures }) => failures),
  };
}

/** The part of a question that concerns one engine; `undefined` when it has nothing to judge by. */
function questionFor(name: PolicyEngineName, question: PolicyQuestion): PolicyQuestion | undefined {
  const policies = question.policies.filter(({ object }) => policyKindOf(object)?.engine === name);
  // A template alone judges nothing, but one that does not compile must be told.
  const isAsked =
    policies.some(({ object }) => isJudging(object) || policyKindOf(object)?.role === 'template') ||
    (name === 'admission' && question.context.some(asksPodSecurity));
  return isAsked ? { ...question, policies } : undefined;
}

/** What judges by itself: one policy with the documents it needs, or Pod Security. */
interface Judge {
  readonly name: string;
  readonly document?: string | undefined;
  readonly policies: readonly PolicyDocument[];
}

/** One engine's way through its question. */
class EngineInquiry {
  readonly #engine: PolicyEngine;
  readonly #name: PolicyEngineName;
  readonly #question: PolicyQuestion;
  readonly #judges: readonly Judge[];
  /** Policies on which the engine gave up: it is not asked about them again. */
  readonly #broken = new Set<string>();
  readonly #done: Judgement[] = [];

  constructor(engine: PolicyEngine, name: PolicyEngineName, question: PolicyQuestion) {
    this.#engine = engine;
    this.#name = name;
    this.#question = question;
    this.#judges = judgesOf(name, question);
  }

  async run(signal: AbortSignal): Promise<Judgement> {
    const { requests } = this.#question;
    const atOnce = Math.max(1, Math.min(requestsAtOnce, Math.floor(pairsAtOnce / Math.max(1, this.#judges.length))));
    for (let at = 0; at === 0 || at < requests.length; at += atOnce) {
      await this.#askAll(requests.slice(at, at + atOnce), requests.slice(at), signal);
    }
    return joinJudgements(this.#done);
  }

  /** `left` are the requests from here on: what fails now is not asked about those either. */
  async #askAll(requests: Requests, left: Requests, signal: AbortSignal): Promise<void> {
    const policies = this.#question.policies.filter(({ id }) => !this.#broken.has(id));
    const judges = this.#judges.filter(({ document }) => document === undefined || !this.#broken.has(document));
    const failure = await this.#ask(policies, requests, signal);
    if (failure === undefined) return;
    // Without its module there is nobody to ask again, and with one policy nothing to tell apart.
    if (failure.code === 'engine-missing' || judges.length < 2) {
      this.#fail(failure, judges, requests);
      return;
    }
    for (const judge of judges) {
      const own = await this.#ask(judge.policies, requests, signal);
      if (own === undefined) continue;
      if (judge.document !== undefined) this.#broken.add(judge.document);
      this.#fail(own, [judge], judge.document === undefined ? requests : left);
    }
  }

  /** The failure, unless the engine answered. */
  async #ask(
    policies: readonly PolicyDocument[],
    requests: Requests,
    signal: AbortSignal,
  ): Promise<UserError | undefined> {
    try {
      const answer = await this.#engine.judge(this.#name, { ...this.#question, policies, requests }, signal);
      this.#done.push({ ...answer, failures: [] });
      return undefined;
    } catch (error) {
      if (error instanceof UserError && error.code.startsWith('engine-')) return error;
      throw error;
    }
  }

  #fail({ message }: UserError, judges: readonly Judge[], requests: Requests): void {
    const document = judges.length === 1 ? judges[0]?.document : undefined;
    const policies = judges.map(({ name, document: id }) => ({ name, document: id }));
    this.#done.push({
      results: [],
      problems: [{ severity: 'error', message, document }],
      failures: [{ message, policies, requests: requests.map(({ id }) => id) }],
    });
  }
}

type Requests = PolicyQuestion['requests'];

function judgesOf(engine: PolicyEngineName, { policies, context }: PolicyQuestion): readonly Judge[] {
  const documents = policies
    .filter(({ object }) => isJudging(object))
    .map((each) => ({ name: nameIn(each.object), document: each.id, policies: [each, ...supportOf(each, policies)] }));
  const hasPodSecurity = engine === 'admission' && context.some(asksPodSecurity);
  return hasPodSecurity ? [...documents, { name: 'PodSecurity', policies: [] }] : documents;
}

/** The documents without which one that judges cannot be understood. */
function supportOf({ object }: PolicyDocument, all: readonly PolicyDocument[]): readonly PolicyDocument[] {
  return all.filter((each) => !isJudging(each.object) && belongsTo(each.object, object) !== false);
}

function nameIn(object: JsonObject): string {
  return stringAt(object, 'metadata', 'name') ?? '';
}

/** What engines that failed left open, as results: each policy of theirs is undecided on each object, with the reason. */
export function undecidedByFailure(failures: readonly PolicyFailure[]): readonly PolicyResult[] {
  return failures.flatMap(({ policies, requests, message }) =>
    requests.flatMap((request) =>
      policies.map(({ name, document }): PolicyResult => {
        return { request, document, policy: name, result: 'undecided', reason: message, actions: [] };
      }),
    ),
  );
}
