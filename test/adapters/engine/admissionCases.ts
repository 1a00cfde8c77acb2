import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { isObject, isList, listAt, objectAt, stringAt } from '../../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../../src/core/model/json.ts';
import type { AdmissionRequest, PolicyAnswer, PolicyQuestion, PolicyResult } from '../../../src/core/policy/judgement.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const ownCases = path.join(repository, 'test/cases/policy');

/** The suites of cases that are at hand: the project's own, and those beside the repository or its parent folder. */
export function findSuite(name: string): string | undefined {
  const folders = [ownCases, ...['..', '../..'].map((up) => path.join(repository, up, 'shared/cases/policy'))];
  return folders.map((folder) => path.join(folder, name)).find(existsSync);
}

/** One case folder: what is asked and what is expected. */
export interface AdmissionCase {
  readonly name: string;
  readonly question: PolicyQuestion;
  readonly expected: readonly JsonObject[];
  /** `Kind/namespace/name` of each request's object, by the request's id. */
  readonly names: ReadonlyMap<string, string>;
}

/** Reads every case of a suite; what is given is all there is. */
export function readCases(suite: string): readonly AdmissionCase[] {
  return readdirSync(suite)
    .sort()
    .map((name) => readCase(name, path.join(suite, name)));
}

function readCase(name: string, folder: string): AdmissionCase {
  const resources = objectsIn(folder, 'resources.yaml');
  const context = objectsIn(folder, 'context.yaml');
  const requests = resources.map((each, i) => requestOf(String(i), each));
  const expected = readYaml(readFileSync(path.join(folder, 'expected.yaml'), 'utf8'), 'plain').documents[0]?.value;
  return {
    name,
    question: {
      policies: objectsIn(folder, 'policies.yaml').map((object, i) => ({ id: String(i), object })),
      context: context.filter((each) => each.apiVersion !== 'cases/v1'),
      complete: 'all',
      kinds: [],
      requests,
      settings: { authorizer: context.filter((each) => each.kind === 'Authorizer') },
    },
    expected: (isList(expected) ? expected : []).filter(isObject),
    names: new Map(requests.map((each) => [each.id, nameOf(each)])),
  };
}

/** Objects of a YAML text; lists unfolded. */
export function objectsOf(text: string): readonly JsonObject[] {
  const values = readYaml(text, 'plain').documents.map(({ value }) => value);
  return values.filter(isObject).flatMap((each) => {
    const isCollection = (stringAt(each, 'kind') ?? '').endsWith('List') && isList(each.items);
    return isCollection ? listAt(each, 'items').filter(isObject) : [each];
  });
}

/** The objects of one of a case's files; none where it has no such file. */
export function objectsIn(folder: string, file: string): readonly JsonObject[] {
  const at = path.join(folder, file);
  return existsSync(at) ? objectsOf(readFileSync(at, 'utf8')) : [];
}

const pods = { group: '', version: 'v1', resource: 'pods' } as const;
const operations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const;

/** A document to create, or what an AdmissionReview says. */
function requestOf(id: string, document: JsonObject): AdmissionRequest {
  const asked = document.kind === 'AdmissionReview' ? objectAt(document, 'request') : undefined;
  if (asked === undefined) return { id, object: document };
  const [object, oldObject, user] = [objectAt(asked, 'object'), objectAt(asked, 'oldObject'), objectAt(asked, 'userInfo')];
  const isConnect = object === undefined && oldObject === undefined;
  return {
    ...{ id, object, oldObject, resource: isConnect ? pods : undefined },
    operation: operations.find((each) => each === asked.operation),
    subResource: stringAt(asked, 'subResource'),
    name: stringAt(asked, 'name'),
    namespace: stringAt(asked, 'namespace'),
    user: user && {
      username: stringAt(user, 'username'),
      groups: listAt(user, 'groups').filter((each) => typeof each === 'string'),
    },
  };
}

function nameOf({ object, oldObject, namespace = '', name = '' }: AdmissionRequest): string {
  const judged = object ?? oldObject;
  if (judged === undefined) return `Pod/${namespace}/${name}`;
  const own = stringAt(judged, 'metadata', 'name') ?? stringAt(judged, 'metadata', 'generateName') ?? '';
  return `${stringAt(judged, 'kind') ?? ''}/${stringAt(judged, 'metadata', 'namespace') ?? ''}/${own}`;
}

const worstFirst = ['fail', 'error', 'warn', 'undecided', 'pass', 'skip'] as const;

/** How an expectation was met; a text that misses counts as a miss. */
export interface Meeting {
  readonly verdict: 'agree' | 'opposite' | 'other' | 'undecided';
  readonly about: string;
}

/** Compares one expectation with what was answered, as the cases' README says. */
export function meet({ name, names }: AdmissionCase, expected: JsonObject, answer: PolicyAnswer): Meeting {
  const results = answer.results.filter((each) => isAbout(each, expected, names));
  const found = worstFirst.find((outcome) => results.some(({ result }) => result === outcome)) ?? 'skip';
  const wanted = stringAt(expected, 'apiserver') ?? stringAt(expected, 'result') ?? '';
  const about = `${name} ${stringAt(expected, 'resource') ?? ''}: ${wanted} expected, ${found} found; ${textOf(results)}`;
  if (found === 'undecided') return { verdict: 'undecided', about };
  const isRight = found === wanted || (expected.orSkip === true && found === 'skip');
  if (!isRight) return { verdict: [found, wanted].sort().join() === 'fail,pass' ? 'opposite' : 'other', about };
  return { verdict: hasTexts(expected, results) ? 'agree' : 'other', about };
}

function isAbout(result: PolicyResult, expected: JsonObject, names: AdmissionCase['names']): boolean {
  const isRule = expected.policy !== 'PodSecurity' || result.rule === expected.rule;
  return result.policy === expected.policy && isRule && names.get(result.request) === expected.resource;
}

/**
 * The suites' tool judges a Pod as it is written. A server writes this annotation into the container's field first, and
 * Pod Security then names both: test/cluster/admissionCases.test.ts has the server's text.
 */
const appArmor = /^forbidden AppArmor profile \(annotation .* to "(?<annotation>container\..*)"\)$/;

function hasTexts(expected: JsonObject, results: readonly PolicyResult[]): boolean {
  const { message, action } = expected;
  const annotations = Object.entries(objectAt(expected, 'auditAnnotations') ?? {});
  const text = typeof message === 'string' ? message.trim() : '';
  const wanted = [text, appArmor.exec(text)?.groups?.annotation].filter((each) => each !== undefined);
  const hasMessage = text === '' || results.some((each) => wanted.some((one) => each.message?.includes(one)));
  const hasAction = results.length === 0 || action === undefined || results.some(({ actions }) => has(actions, action));
  const hasAnnotations = annotations.every(([key, text]) =>
    results.some(({ auditAnnotations }) => auditAnnotations?.[key] === text),
  );
  return hasMessage && hasAction && hasAnnotations;
}

function has(list: readonly Json[], value: Json): boolean {
  return list.includes(value);
}

function textOf(results: readonly PolicyResult[]): string {
  return results.map(({ message, reason }) => message ?? reason ?? '').join('; ');
}
