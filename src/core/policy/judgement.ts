import type { JsonPointer } from '../model/difference.ts';
import type { JsonObject } from '../model/json.ts';
import type { ServedKind } from '../ports.ts';

/**
 * What the policy engines are asked and what they answer: one shape for all of them, JSON in and out of WebAssembly.
 * The Go side of it is `engine/contract`.
 */

/** Which of the engine's modules judges: Kubernetes' own admission (policies in CEL and Pod Security), Kyverno, Gatekeeper. */
export const policyEngines = ['admission', 'kyverno', 'gatekeeper'] as const;
export type PolicyEngineName = (typeof policyEngines)[number];

/** Judges admission requests by policies; never throws for bad policies or objects: those are problems and results. */
export interface PolicyEngine {
  /** Throws `UserError` `engine-…` when the engine itself fails or takes too long. */
  judge(engine: PolicyEngineName, question: PolicyQuestion, signal: AbortSignal): Promise<PolicyAnswer>;
}

export interface PolicyQuestion {
  /** Policies, bindings, constraint templates, constraints, exceptions, engine configuration: all documents that rule. */
  readonly policies: readonly PolicyDocument[];
  /** Other objects that are known: Namespaces, parameters, ConfigMaps, inventory. */
  readonly context: readonly JsonObject[];
  /**
   * Of which kinds `context` holds every object there is, so that an absent one does not exist; `all` of every kind.
   * A policy that asks for an absent object of any other kind is undecided.
   */
  readonly complete: 'all' | readonly KnownKind[];
  readonly requests: readonly AdmissionRequest[];
  /** Kinds that the cluster serves beyond the built-in ones; also their plural names and scopes. */
  readonly kinds: readonly Pick<ServedKind, 'group' | 'version' | 'kind' | 'plural' | 'isNamespaced'>[];
  /** The cluster's version, `1.34` or `v1.34.2`; the newest the engine knows unless said. */
  readonly kubeVersion?: string | undefined;
  readonly settings?: PolicySettings | undefined;
}

export interface PolicyDocument {
  /** Comes back with each result and problem; unique within the question. */
  readonly id: string;
  readonly object: JsonObject;
}

export interface KnownKind {
  readonly group: string;
  readonly kind: string;
  /** Only those of this namespace. */
  readonly namespace?: string | undefined;
}

/** What would be asked of the API server. Everything but `id` and an object may be left out: a CREATE by nobody in particular. */
export interface AdmissionRequest {
  /** Comes back with each result; unique within the question. */
  readonly id: string;
  readonly operation?: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT' | undefined;
  /** The object as it would become; absent for DELETE. */
  readonly object?: JsonObject | undefined;
  /** The object as it is in the cluster. */
  readonly oldObject?: JsonObject | undefined;
  /** Of the request where the object does not say it (a subresource, CONNECT). */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string } | undefined;
  readonly resource?: { readonly group: string; readonly version: string; readonly resource: string } | undefined;
  readonly subResource?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  /** Who asks; when absent, what depends on it is undecided. */
  readonly user?: PolicyUser | undefined;
}

export interface PolicyUser {
  readonly username?: string | undefined;
  readonly uid?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Kyverno's reading of the RBAC bindings: `namespace:name` and names. */
  readonly roles?: readonly string[] | undefined;
  readonly clusterRoles?: readonly string[] | undefined;
}

/** Where engines are set up to decide differently. */
export interface PolicySettings {
  /** Answers to `authorizer` in CEL, by the question's attributes; without them it is undecided. */
  readonly authorizer?: readonly JsonObject[] | undefined;
  /** Values that stand for Kyverno's context variables: documents of kind `Values` (cli.kyverno.io/v1alpha1). */
  readonly kyvernoValues?: readonly JsonObject[] | undefined;
  /** Gatekeeper's enforcement point; `validation.gatekeeper.sh` unless said. */
  readonly enforcementPoint?: string | undefined;
}

export interface PolicyAnswer {
  readonly results: readonly PolicyResult[];
  /** Policies that do not work: each is left out of the judgement, the others hold. */
  readonly problems: readonly PolicyProblem[];
}

export type PolicyOutcome = 'pass' | 'fail' | 'warn' | 'error' | 'skip' | 'undecided';

/** One policy's word on one request. Policies that do not match a request give none. */
export interface PolicyResult {
  readonly request: string;
  /** `id` of the policy's (or constraint's) document; absent for Pod Security, whose rules are the server's own. */
  readonly document?: string | undefined;
  /** Name of the policy or constraint, or `PodSecurity`. */
  readonly policy: string;
  /** Kyverno's rule, or `level:version` of Pod Security. */
  readonly rule?: string | undefined;
  /** `id` of the binding's document (ValidatingAdmissionPolicyBinding, …). */
  readonly binding?: string | undefined;
  readonly result: PolicyOutcome;
  /** The engine's own text. */
  readonly message?: string | undefined;
  /** Why it is undecided, or left out; one sentence. */
  readonly reason?: string | undefined;
  /** What happens on failure: `Deny`, `Warn`, `Audit`; empty where nothing does. */
  readonly actions: readonly ('Deny' | 'Warn' | 'Audit')[];
  /** The field at fault, in the request's object, where the engine says it. */
  readonly path?: JsonPointer | undefined;
  /** Fields of the object that the failed expression read, most specific first. */
  readonly reads?: readonly JsonPointer[] | undefined;
  /** The policy's part that decided, in the policy's document: `/spec/validations/0/expression`. */
  readonly at?: JsonPointer | undefined;
  /** `id` of the document that `at` points into where that is not `document`: a constraint's template. */
  readonly template?: string | undefined;
  /** Line within the text at `at`, from 1: of Rego, where the text holds many rules. */
  readonly line?: number | undefined;
  /** The value that would satisfy, where the rule states exactly one. */
  readonly wanted?: { readonly path: JsonPointer; readonly value: unknown } | undefined;
  /** The object after mutation; only of mutating policies and only when it changed. */
  readonly patched?: JsonObject | undefined;
  readonly auditAnnotations?: Readonly<Record<string, string>> | undefined;
  /** The engine's structured details (Gatekeeper's `details`). */
  readonly details?: JsonObject | undefined;
}

export interface PolicyProblem {
  /** `id` of the document; absent when it is no document's fault. */
  readonly document?: string | undefined;
  readonly severity: 'error' | 'warning';
  /** One sentence. */
  readonly message: string;
  /** The part of the document at fault. */
  readonly at?: JsonPointer | undefined;
  /** Line within the text at `at`, from 1: of Rego. */
  readonly line?: number | undefined;
}
