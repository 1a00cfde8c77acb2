import { listAt, objectAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { groupOf, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { ApiReply, ApiRequest, ServedKind } from '../ports.ts';
import type { DiffInput } from './diffInput.ts';
import { isEncrypted } from './encrypted.ts';
import { stampsOf, withStamps } from './stamps.ts';

/** What the server said to a dry-run of a desired object, and the warnings that came with it. */
export type DryRunAnswer = { readonly warnings: readonly string[] } & (
  | { readonly kind: 'accepted'; readonly object: JsonObject }
  | { readonly kind: 'refused'; readonly refusal: DryRunRefusal }
);

/** Why the server would not take an object, or not even try. */
export interface DryRunRefusal {
  readonly why: RefusalKind;
  /** HTTP status; 0 when nobody was asked or nobody answered. */
  readonly code: number;
  /** One sentence for people, with the next step where there is one. */
  readonly message: string;
  /** The server's own words, such as those of a policy. */
  readonly said: string;
}

export type RefusalKind =
  | 'no-right'
  | 'denied'
  | 'no-dry-run'
  | 'no-namespace'
  | 'no-kind'
  | 'immutable'
  | 'invalid'
  | 'conflict'
  | 'encrypted'
  | 'failed';

/**
 * The server-side apply that the reconciler would do, as a dry-run: nothing is written. Argo CD's and Flux's controllers
 * force (argo-cd `resource_ops.go`, fluxcd/pkg `ssa`); kubectl is taken at its `--force-conflicts`, since the question is
 * what becomes of a value, not who may change it. A refusal where there is nothing that could be sent.
 */
export function dryRunRequest(input: DiffInput, desired: KubeObject, kind: ServedKind): ApiRequest | DryRunRefusal {
  if (isEncrypted(desired)) {
    const message = 'SOPS encrypts it, so that the server cannot be asked.';
    return { why: 'encrypted', code: 0, message, said: '' };
  }
  const stamped = withStamps(desired, stampsOf(input, desired));
  const namespace = kind.isNamespaced ? (namespaceOf(desired) ?? input.app?.namespace ?? 'default') : undefined;
  return {
    method: 'PATCH',
    path: objectPath(kind, namespace, nameOf(desired)),
    query: { dryRun: 'All', force: 'true', fieldManager: input.manager.fieldManager, fieldValidation: 'Warn' },
    contentType: 'application/apply-patch+yaml',
    body: withNamespace(withoutServerFields(stamped), namespace),
  };
}

/** The API path of one object. */
export function objectPath(
  { group, version, plural }: ServedKind,
  namespace: string | undefined,
  name: string,
): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${place}/${plural}/${encodeURIComponent(name)}`;
}

/** Server-side apply refuses a request with `managedFields`; what else the server writes is not Git's to say. */
function withoutServerFields(object: KubeObject): KubeObject {
  const server = ['managedFields', 'creationTimestamp', 'uid', 'resourceVersion', 'generation', 'selfLink'];
  const metadata = Object.entries(object.metadata).filter(([key]) => !server.includes(key));
  return { ...object, metadata: Object.fromEntries(metadata) };
}

function withNamespace(object: KubeObject, namespace: string | undefined): KubeObject {
  const own = Object.entries(object.metadata).filter(([key]) => key !== 'namespace');
  return { ...object, metadata: { ...Object.fromEntries(own), ...(namespace === undefined ? {} : { namespace }) } };
}

/** Reads the reply to a `dryRunRequest`. */
export function readDryRun({ status, body, warnings }: ApiReply): DryRunAnswer {
  if (status < 300) return { kind: 'accepted', object: body, warnings };
  return { kind: 'refused', refusal: refusalOf(status, body), warnings };
}

/** One way in which servers refuse: how it is told from the others, and what it means. */
interface RefusalRule {
  readonly why: RefusalKind;
  readonly fits: (status: number, said: string, body: JsonObject) => boolean;
  readonly words: string;
}

/** The first that fits; texts are those of k8s.io/apimachinery `api/errors` and k8s.io/apiserver `admission`. */
const rules: readonly RefusalRule[] = [
  {
    why: 'no-dry-run',
    fits: (_, said) => said.includes('does not support dry run'),
    words: 'An admission webhook has side effects and takes part in no dry-run, so that the server would not try.',
  },
  {
    why: 'no-namespace',
    fits: (status, _, body) => status === 404 && stringAt(body, 'details', 'kind') === 'namespaces',
    words: 'Its namespace does not exist.',
  },
  {
    why: 'no-kind',
    fits: (status) => status === 404,
    words: 'The cluster does not serve its kind; its CustomResourceDefinition is missing.',
  },
  {
    why: 'denied',
    fits: (_, said) => /denied (?:the )?request|violates PodSecurity|exceeded quota/.test(said),
    words: 'A policy of the cluster denies it.',
  },
  {
    why: 'no-right',
    fits: (status, said) => status === 403 && /cannot (?:patch|create|update) resource/.test(said),
    words: 'Your rights do not allow to ask: a dry-run needs the right to patch (and to create what is missing).',
  },
  { why: 'denied', fits: (status) => status === 403, words: 'The cluster forbids it.' },
  {
    why: 'immutable',
    fits: (status, said, body) => status === 422 && isImmutable(said, body),
    words: 'It changes a field that cannot be changed; the object has to be replaced.',
  },
  {
    why: 'conflict',
    fits: (status) => status === 409,
    words: 'It is being changed by somebody else at the same time.',
  },
  {
    why: 'invalid',
    fits: (status, said) => status === 422 || status === 400 || said.includes('failed to create typed patch object'),
    words: 'The cluster does not take it as it is declared.',
  },
];

function refusalOf(status: number, body: JsonObject): DryRunRefusal {
  const said = stringAt(body, 'message') ?? `status ${String(status)}`;
  const rule = rules.find(({ fits }) => fits(status, said, body));
  const { why, words } = rule ?? { why: 'failed', words: 'The server could not say.' };
  return { why, code: status, message: `${words} (${said})`, said };
}

/** Validation says it in three ways (k8s.io/apimachinery `validation.ValidateImmutableField`, the StatefulSet's and the Job's own). */
function isImmutable(said: string, body: JsonObject): boolean {
  const causes = listAt(body, 'details', 'causes').map((cause) => stringAt(cause, 'message') ?? '');
  return [said, ...causes].some((text) =>
    /field is immutable|updates to \w+ spec for fields other than|may not be changed|is immutable/i.test(text),
  );
}

/** A refusal for a request that got no answer at all. */
export function noDryRun(message: string): DryRunAnswer {
  return { kind: 'refused', refusal: { why: 'failed', code: 0, message, said: '' }, warnings: [] };
}

/** The refusal in terms of what the app itself brings: its own namespace or definition comes before the object. */
export function inApp(refusal: DryRunRefusal, object: KubeObject, all: readonly KubeObject[]): DryRunRefusal {
  const what = refusal.why === 'no-namespace' ? 'namespace' : refusal.why === 'no-kind' ? 'definition' : undefined;
  const isBrought = all.some((other) =>
    what === 'namespace' ? isNamespaceIn(other, refusal.said) : what === 'definition' && isDefinitionOf(other, object),
  );
  if (!isBrought) return refusal;
  return { ...refusal, message: `The server cannot say before the ${what ?? ''} exists, which the app brings itself.` };
}

function isNamespaceIn(other: KubeObject, said: string): boolean {
  return other.apiVersion === 'v1' && other.kind === 'Namespace' && said.includes(`"${nameOf(other)}"`);
}

function isDefinitionOf(other: KubeObject, { apiVersion, kind }: KubeObject): boolean {
  if (other.kind !== 'CustomResourceDefinition') return false;
  const spec = objectAt(other, 'spec');
  return stringAt(spec, 'group') === groupOf(apiVersion) && stringAt(spec, 'names', 'kind') === kind;
}
