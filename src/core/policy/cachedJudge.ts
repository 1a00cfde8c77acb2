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
    const known: JudgedSet = this.#sets.get(digest) ?? { problems: undefined, objects: new Map() };
    const digests = new Map(requests.map((request) => [request.id, digestOf(request)]));
    const fresh = requests.filter(({ id }) => !known.objects.has(digests.get(id) ?? ''));
    const isNew = known.problems === undefined;
    const judgement =
      fresh.length > 0 || isNew
        ? await judgePolicies(this.#engine, { ...question, requests: fresh }, signal)
        : nothingNew;
    const objects = new Map(known.objects);
    for (const [key, judged] of judgedObjects(fresh, judgement, digests)) objects.set(key, judged);
    const problems = joinJudgements([{ ...nothingNew, problems: known.problems ?? [] }, judgement]).problems;
    this.#keep(digest, { problems, objects: newest(objects, new Set(digests.values())) });
    return joinJudgements([
      { ...nothingNew, problems },
      ...requests.map(({ id }) => recall(id, objects.get(digests.get(id) ?? ''))),
    ]);
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
