import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isObject, listAt, objectAt, stringAt, valueAt } from '../../../src/core/model/json.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import type { AdmissionRequest, PolicyQuestion, PolicyResult } from '../../../src/core/policy/judgement.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';

/** Folder of Gatekeeper's cases; what they mean is in the README beside the suites they come from. */
const casesFolder = fileURLToPath(new URL('../../cases/policy/own-gatekeeper', import.meta.url));

/** One line of `expected.yaml`. */
export interface Expectation {
  readonly policy: string;
  readonly resource: string;
  readonly result: string;
  readonly messages: readonly string[];
  readonly count: number | undefined;
  readonly action: 'Deny' | 'Warn' | 'Audit' | undefined;
  /** No result is right too. */
  readonly orSkip: boolean;
}

/** Names of all cases. */
export function caseNames(): readonly string[] {
  return readdirSync(casesFolder).sort();
}

/** Objects of a YAML text. */
export function objectsOf(text: string): readonly JsonObject[] {
  return readYaml(text, 'plain').documents.flatMap(({ value }) => (isObject(value) ? [value] : []));
}

function readCase(name: string, file: string): string {
  const path = `${casesFolder}/${name}/${file}`;
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** The question that a case asks; what is given is all there is. */
export function questionOf(name: string): PolicyQuestion {
  return ask(
    objectsOf(readCase(name, 'policies.yaml')),
    objectsOf(readCase(name, 'resources.yaml')).map((object) => ({ id: nameOf(object), object })),
    { context: objectsOf(readCase(name, 'context.yaml')) },
  );
}

/** A question about requests; policies are known by `0`, `1`, … */
export function ask(
  policies: readonly JsonObject[],
  requests: readonly AdmissionRequest[],
  more: Partial<PolicyQuestion> = {},
): PolicyQuestion {
  return {
    policies: policies.map((object, i) => ({ id: String(i), object })),
    context: [],
    complete: 'all',
    kinds: [],
    requests,
    ...more,
  };
}

/** What a case expects. */
export function expectationsOf(name: string): readonly Expectation[] {
  const [document] = readYaml(readCase(name, 'expected.yaml'), 'plain').documents;
  const actions = { deny: 'Deny', warn: 'Warn', dryrun: 'Audit' } as const;
  return listAt({ all: document?.value ?? null }, 'all')
    .filter(isObject)
    .map((each) => {
      const action = stringAt(each, 'action');
      const count = valueAt(each, 'count');
      return {
        policy: stringAt(each, 'policy') ?? '',
        resource: stringAt(each, 'resource') ?? '',
        result: stringAt(each, 'result') ?? '',
        messages: listAt(each, 'messages').filter((text) => typeof text === 'string'),
        count: typeof count === 'number' ? count : undefined,
        action: action === 'deny' || action === 'warn' || action === 'dryrun' ? actions[action] : undefined,
        orSkip: valueAt(each, 'orSkip') === true,
      };
    });
}

/** `Kind/namespace/name`; objects of no namespace are in `default`, but for those of cluster-scoped kinds. */
export function nameOf(object: JsonObject): string {
  const metadata = objectAt(object, 'metadata') ?? {};
  const kind = stringAt(object, 'kind') ?? '';
  const isCluster = ['Namespace', 'ClusterRole'].includes(kind);
  const namespace = stringAt(metadata, 'namespace') ?? (isCluster ? '' : 'default');
  return `${kind}/${namespace}/${stringAt(metadata, 'name') ?? ''}`;
}

/** How an expectation is not met, in words; undefined when it is. */
export function missOf(expected: Expectation, results: readonly PolicyResult[]): string | undefined {
  const own = results.filter((each) => each.policy === expected.policy && each.request === expected.resource);
  const outcomes = [...new Set(own.map(({ result }) => result))];
  const isAbsent = own.length === 0 && (expected.orSkip || expected.result === 'skip');
  if (!isAbsent && outcomes.join() !== expected.result) return `${expected.result} expected, not ${outcomes.join() || 'nothing'}`;
  const missing = expected.messages.find((text) => !own.some(({ message }) => message?.includes(text)));
  if (missing !== undefined) return `nothing says ${missing}`;
  if (expected.count !== undefined && own.length !== expected.count) return `${own.length} results`;
  const { action } = expected;
  return action !== undefined && !own.every(({ actions }) => actions.includes(action)) ? `no ${action}` : undefined;
}
