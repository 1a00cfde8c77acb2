import type { AppId } from '../model/app.ts';
import type { JsonPointer } from '../model/difference.ts';
import { isList, isObject, listAt, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { FindingDocument } from '../model/finding.ts';
import type { Place } from '../model/place.ts';
import type { Provenance } from '../model/provenance.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { pointerOf, pointerParts } from '../model/words.ts';
import { valueUnder } from '../diff/path.ts';
import type { PolicyResult } from './judgement.ts';
import type { Rule, RuleSource } from './ruleBook.ts';

/** One policy's word on one rendered object, with the documents behind it. */
export interface PolicyVerdict {
  readonly app: AppId;
  readonly object: ResourceKey;
  /** Values of Secrets taken out. */
  readonly result: PolicyResult;
  /** The policy or constraint; absent for Pod Security, which is the server's own. */
  readonly rule?: Rule | undefined;
  readonly binding?: Rule | undefined;
  /** The document that `result.at` points into, where that is not `rule`: a constraint's template. */
  readonly template?: Rule | undefined;
  /** Where the deciding part of the rule is written, if a file of the repository holds it. */
  readonly writtenAt?: Place | undefined;
  /** Where the judging version is from; `undefined` for Pod Security and for what only the server said. */
  readonly source?: RuleSource | undefined;
  /** For a violation: the live object violates the same, or only what Git declares would; absent where nobody knows. */
  readonly standing?: 'live-too' | 'introduced' | undefined;
  /** The context whose server said the same when it was asked by a dry-run. */
  readonly saidBy?: string | undefined;
  readonly provenance?: Provenance | undefined;
}

/** What names a verdict from state to state, for commands and addresses. */
export interface VerdictRef {
  readonly app: AppId;
  readonly object: ResourceKey;
  readonly policy: string;
  readonly rule?: string | undefined;
  /** `id` of the judging rule, which tells the repository's version from the cluster's. */
  readonly document?: string | undefined;
  readonly message?: string | undefined;
}

/** The document whose words decided: the template of a constraint, else the policy; none for Pod Security. */
export function documentOf({ template, rule, writtenAt }: PolicyVerdict): FindingDocument | undefined {
  const document = template ?? rule;
  if (document === undefined) return undefined;
  const { source, key: object } = document;
  switch (source.kind) {
    case 'folder':
      return { kind: 'outside', file: source.file };
    case 'cluster':
      return { kind: 'live', context: source.context, object };
    case 'repository': {
      const place = writtenAt ?? source.declared?.place;
      if (place !== undefined) return { kind: 'file', place };
      return source.app === undefined ? undefined : { kind: 'rendered', app: source.app, object };
    }
  }
}

/** The reference of a verdict. */
export function refOf({ app, object, result, rule }: PolicyVerdict): VerdictRef {
  const { policy, message } = result;
  return { app, object, policy, rule: result.rule, document: rule?.id, message };
}

/** The verdict behind a reference; of several with another text by now the first. */
export function findVerdict(verdicts: readonly PolicyVerdict[], ref: VerdictRef): PolicyVerdict | undefined {
  const same = verdicts.filter(
    ({ object, result, rule }) =>
      object === ref.object && result.policy === ref.policy && result.rule === ref.rule && rule?.id === ref.document,
  );
  return same.find(({ result }) => result.message === ref.message) ?? same[0];
}

/** The failed validations of a result that names several, each as a result of its own with its own text and place. */
export function failuresOf(result: PolicyResult): readonly PolicyResult[] {
  const failures = listAt(result.details, 'failures').flatMap((each) => {
    const [at, message] = [stringAt(each, 'at'), stringAt(each, 'message')];
    if (at === undefined || message === undefined) return [];
    const reads = listAt(each, 'reads').filter((read) => typeof read === 'string');
    return [{ ...result, at, message, reads, details: undefined }];
  });
  return failures.length > 1 ? failures : [result];
}

/** A place of the object that a violation may be shown on; `object` is the object as a whole. */
export type ViolationSpot =
  { readonly kind: 'field'; readonly path: JsonPointer } | { readonly kind: 'object'; readonly path: '/metadata/name' };

/** Most fields that are tried for one violation: each costs renderings. */
const mostSpots = 4;

/**
 * The fields that a violation is shown on, the best first: the one at fault, those that the failed expression read, the
 * container that the message names, the field that the details name, and the object's name. Only fields that are there:
 * for one that is missing stands the container that lacks it, and what was read before it decided nothing.
 */
export function spotsOf(
  object: KubeObject,
  { path, reads = [], message = '', details }: PolicyResult,
): readonly ViolationSpot[] {
  const named = details === undefined ? undefined : (stringAt(details, 'field') ?? stringAt(details, 'path'));
  const fields = [
    ...(path === undefined ? [] : [path]),
    ...readsUntilMissing(object, reads),
    ...containersIn(object, path, message),
    ...(named === undefined ? [] : [pointerOfWords(named)]),
  ].filter((each) => each !== '' && isScalarBelow(valueUnder(object, pointerParts(each))));
  const spots = [...new Set(fields)].slice(0, mostSpots).map((each) => ({ kind: 'field', path: each }) as const);
  return [...spots, { kind: 'object', path: '/metadata/name' }];
}

/** Reads come last first: the one that met nothing ended the evaluation, and those before it were in order. */
function readsUntilMissing(object: KubeObject, reads: readonly JsonPointer[]): readonly JsonPointer[] {
  const end = reads.findIndex((each) => valueUnder(object, pointerParts(each)) === undefined);
  if (end === -1) return reads;
  return [...reads.slice(0, end), ...containersIn(object, reads[end], '')];
}

/** `spec.containers[0].image` and pointers alike as a pointer. */
function pointerOfWords(words: string): JsonPointer {
  if (words.startsWith('/')) return words.replace(/\/$/, '');
  return pointerOf(words.split(/[.[\]]+/).filter((part) => part !== ''));
}

/** A list or map without any scalar has no place. */
function isScalarBelow(value: Json | undefined): boolean {
  if (isList(value)) return value.some(isScalarBelow);
  if (isObject(value)) return Object.values(value).some(isScalarBelow);
  return value !== undefined;
}

const containerLists = ['containers', 'initContainers', 'ephemeralContainers'] as const;
const podSpecs: readonly (readonly string[])[] = [
  ['spec'],
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
];

/** Names of the containers that a message names in quotes, or that a path leads into. */
function containersIn(object: KubeObject, path: JsonPointer | undefined, message: string): readonly JsonPointer[] {
  return podSpecs.flatMap((spec) =>
    containerLists.flatMap((list) => {
      const items = valueUnder(object, [...spec, list]);
      if (!isList(items)) return [];
      return items.flatMap((item, index) => {
        const at = pointerOf([...spec, list, index]);
        const name = stringAt(item, 'name');
        const isMeant = path?.startsWith(`${at}/`) === true || (name !== undefined && isQuoted(name, message));
        return isMeant ? [`${at}/name`] : [];
      });
    }),
  );
}

function isQuoted(name: string, message: string): boolean {
  return ['"', "'", '`', '<', '\\"'].some((quote) => message.includes(`${quote}${name}${quote === '<' ? '>' : quote}`));
}
