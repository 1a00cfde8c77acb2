import { contentDigest } from '../render/contentDigest.ts';
import { joinJudgements, judgePolicies } from './judgePolicies.ts';
import type { Judgement, PolicyFailure } from './judgePolicies.ts';
import type { AdmissionRequest, PolicyEngine, PolicyProblem, PolicyQuestion, PolicyResult } from './judgement.ts';

/** Sets of rules whose results are kept: those of now, and those that an edit may come back to. */
const setsKept = 8;

/** Judges by policies and keeps every result for as long as rules and object stay the same. */
export class CachedJudge {
  readonly #engine: PolicyEngine;
  readonly #sets = new Map<string, JudgedSet>();

  constructor(engine: PolicyEngine) {
    this.#engine = engine;
  }

  /** As `judgePolicies`; engines are asked about objects that they have not judged by these rules yet, and about no other. */
  async judge(question: PolicyQuestion, signal: AbortSignal): Promise<Judgement> {
    const { requests, ...rules } = question;
    const digest = contentDigest(JSON.stringify(rules));
    const known: JudgedSet = this.#sets.get(digest) ?? { problems: undefined, objects: new Map(), broken: [] };
    const digests = new Map(requests.map((request) => [request.id, digestOf(request)]));
    const fresh = requests.filter(({ id }) => !known.objects.has(digests.get(id) ?? ''));
    const isNew = known.problems === undefined;
    const judgement =
      fresh.length > 0 || isNew
        ? await this.#judgeFresh({ ...question, requests: fresh }, known.broken, signal)
        : nothingNew;
    const objects = new Map(known.objects);
    for (const [key, judged] of judgedObjects(fresh, judgement, digests)) objects.set(key, judged);
    const problems = joinJudgements([{ ...nothingNew, problems: known.problems ?? [] }, judgement]).problems;
    const broken = [...known.broken, ...judgement.failures.filter(isOneDocument)];
    this.#keep(digest, { problems, objects: newest(objects, new Set(digests.values())), broken: once(broken) });
    return joinJudgements([
      { ...nothingNew, problems },
      ...requests.map(({ id }) => recall(id, objects.get(digests.get(id) ?? ''))),
    ]);
  }

  /** An engine that gave up on a policy would do so for every edit, after its deadline: it is not asked about it again. */
  async #judgeFresh(
    question: PolicyQuestion,
    broken: readonly PolicyFailure[],
    signal: AbortSignal,
  ): Promise<Judgement> {
    const without = new Set(broken.flatMap(({ policies }) => policies.map(({ document }) => document)));
    const policies = question.policies.filter(({ id }) => !without.has(id));
    const judgement = await judgePolicies(this.#engine, { ...question, policies }, signal);
    const requests = question.requests.map(({ id }) => id);
    return joinJudgements([judgement, { ...nothingNew, failures: broken.map((each) => ({ ...each, requests })) }]);
  }

  #keep(digest: string, set: JudgedSet): void {
    this.#sets.delete(digest);
    this.#sets.set(digest, set);
    const [oldest] = this.#sets.keys();
    if (this.#sets.size > setsKept && oldest !== undefined) this.#sets.delete(oldest);
  }
}

const nothingNew: Judgement = { results: [], problems: [], failures: [] };

/** What one set of rules said so far; `problems` is absent before the engines saw it. */
interface JudgedSet {
  readonly problems: readonly PolicyProblem[] | undefined;
  /** By digest of the request. */
  readonly objects: ReadonlyMap<string, JudgedObject>;
  /** Policies on each of which an engine gave up. */
  readonly broken: readonly PolicyFailure[];
}

function isOneDocument({ policies }: PolicyFailure): boolean {
  return policies.length === 1 && policies[0]?.document !== undefined;
}

/** Each policy's first failure. */
function once(failures: readonly PolicyFailure[]): readonly PolicyFailure[] {
  const byDocument = new Map<string | undefined, PolicyFailure>();
  for (const each of failures) {
    const document = each.policies[0]?.document;
    if (!byDocument.has(document)) byDocument.set(document, each);
  }
  return [...byDocument.values()];
}

/** Objects whose results are kept by one set of rules. */
const objectsKept = 20_000;

/** Of too many objects those that were asked about last. */
function newest(objects: ReadonlyMap<string, JudgedObject>, asked: ReadonlySet<string>): JudgedSet['objects'] {
  if (objects.size <= objectsKept) return objects;
  return new Map([...objects].filter(([key]) => asked.has(key)));
}

interface JudgedObject {
  readonly results: readonly PolicyResult[];
  readonly failures: readonly Pick<PolicyFailure, 'message' | 'policies'>[];
}

/** A request that is the same value is not read again. */
const digests = new WeakMap<AdmissionRequest, string>();

function digestOf(request: AdmissionRequest): string {
  const before = digests.get(request);
  if (before !== undefined) return before;
  const digest = contentDigest(JSON.stringify({ ...request, id: '' }));
  digests.set(request, digest);
  return digest;
}

function judgedObjects(
  requests: readonly AdmissionRequest[],
  { results, failures }: Judgement,
  digests: ReadonlyMap<string, string>,
): readonly (readonly [string, JudgedObject])[] {
  const own = new Map<string, PolicyResult[]>();
  for (const result of results) own.set(result.request, [...(own.get(result.request) ?? []), result]);
  return requests.map(({ id }) => {
    const failed = failures.filter((each) => each.requests.includes(id));
    return [digests.get(id) ?? '', { results: own.get(id) ?? [], failures: failed }];
  });
}

function recall(request: string, judged: JudgedObject | undefined): Judgement {
  return {
    results: (judged?.results ?? []).map((result) => ({ ...result, request })),
    problems: [],
    failures: (judged?.failures ?? []).map((failure) => ({ ...failure, requests: [request] })),
  };
}
