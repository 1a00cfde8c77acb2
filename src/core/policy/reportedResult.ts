import { without } from '../diff/without.ts';
import { objectAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { JudgedName, NamedRequest } from './admissionRequests.ts';
import type { PolicyOutcome, PolicyResult } from './judgement.ts';
import { hideSecretValues } from './policySecrets.ts';

/** A result as reports and other tools get it. */
export interface ReportedResult {
  readonly policy: string;
  readonly rule?: string | undefined;
  /** `Kind/namespace/name`, the namespace as the object is written: empty where it names none. */
  readonly resource: string;
  readonly result: PolicyOutcome;
  readonly message: string;
  /** Pointer of the field at fault. */
  readonly path?: string | undefined;
  /** Where the policy is from. */
  readonly source?: string | undefined;
  readonly reason?: string | undefined;
  readonly actions: PolicyResult['actions'];
  /** The object after mutation. */
  readonly patched?: JsonObject | undefined;
  /** Names of the policies that changed the object before it was judged. */
  readonly mutatedBy?: readonly string[] | undefined;
  readonly auditAnnotations?: Readonly<Record<string, string>> | undefined;
}

/** Puts a result into the terms of reports. Values of Secrets do not pass; nor does a namespace that nobody wrote. */
export function reportResult(
  result: PolicyResult,
  { named, object }: Pick<NamedRequest, 'named' | 'object'>,
  source?: string,
): ReportedResult {
  const shown = hideSecretValues(result, object);
  return {
    policy: shown.policy,
    rule: shown.rule,
    resource: wordsOfName(named),
    result: shown.result,
    message: shown.message ?? '',
    path: shown.path,
    source,
    reason: shown.reason,
    actions: shown.actions,
    patched: shown.patched && asWritten(shown.patched, object),
    mutatedBy: shown.mutatedBy,
    auditAnnotations: shown.auditAnnotations,
  };
}

/** `Kind/namespace/name`. */
function wordsOfName({ kind, namespace, name }: JudgedName): string {
  return `${kind}/${namespace}/${name}`;
}

/** A mutated object without the namespace that only the question gave it. */
function asWritten(patched: JsonObject, object: JsonObject | undefined): JsonObject {
  const isWritten = stringAt(object, 'metadata', 'namespace') !== undefined;
  return isWritten ? patched : { ...patched, metadata: without(objectAt(patched, 'metadata'), 'namespace') };
}
