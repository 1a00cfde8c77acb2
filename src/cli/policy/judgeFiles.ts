import { existsSync } from 'node:fs';
import path from 'node:path';
import { appId } from '../../core/model/app.ts';
import type { App } from '../../core/model/app.ts';
import type { Finding } from '../../core/model/finding.ts';
import { asKubeObject, idOf, resourceKey } from '../../core/model/resource.ts';
import { UserError } from '../../core/model/userError.ts';
import { problemFinding } from '../../core/policy/bookFindings.ts';
import { questionOfDocuments } from '../../core/policy/documentQuestion.ts';
import type { GivenRequest } from '../../core/policy/documentQuestion.ts';
import { judgePolicies, undecidedByFailure } from '../../core/policy/judgePolicies.ts';
import type { PolicyEngine, PolicyProblem, PolicyResult } from '../../core/policy/judgement.ts';
import { policyFinding, withRulePlace } from '../../core/policy/policyFindings.ts';
import type { RulePlace } from '../../core/policy/policyFindings.ts';
import { hideSecretValues } from '../../core/policy/policySecrets.ts';
import { spotsOf } from '../../core/policy/policyVerdict.ts';
import type { PolicyVerdict } from '../../core/policy/policyVerdict.ts';
import { reportResult } from '../../core/policy/reportedResult.ts';
import { ruleOf } from '../../core/policy/ruleBook.ts';
import type { Rule } from '../../core/policy/ruleBook.ts';
import type { Place } from '../../core/model/place.ts';
import { FilePlaces } from './filePlaces.ts';
import type { PrintedProblem, PrintedResult } from './policyText.ts';
import { printedPlace } from './policyText.ts';
import type { PolicyReport } from './printPolicy.ts';
import { readDocuments } from '../../adapters/files/readDocuments.ts';
import type { FileDocument } from '../../adapters/files/readDocuments.ts';

/** Files and folders of policies, of what else exists, and of the objects to judge. */
export interface FileChoice {
  readonly policies: readonly string[];
  readonly context: readonly string[];
  readonly resources: readonly string[];
}

/** Judges the objects of files by the policies of files; nothing else exists. `UserError` for files that cannot be read. */
export async function judgeFiles(engine: PolicyEngine, choice: FileChoice, signal: AbortSignal): Promise<PolicyReport> {
  const [policies, context, resources] = await Promise.all([
    readDocuments(choice.policies),
    readDocuments(choice.context),
    readDocuments(choice.resources),
  ]);
  const { question, requests, given } = questionOfDocuments({
    policies: policies.map(({ object }) => object),
    context: context.map(({ object }) => object),
    resources: resources.map(({ object }) => object),
  });
  const judgement = await judgePolicies(engine, question, signal);
  const rules = [...policies, ...context];
  const teller = new FileTeller((id) => rules[given.get(id ?? '') ?? -1], resources, requests);
  const told = [...judgement.results, ...undecidedByFailure(judgement.failures)].flatMap((each) => teller.tell(each));
  const problems = judgement.problems.map((each) => teller.tellProblem(each));
  return {
    results: told.map(({ printed }) => printed),
    problems: problems.map(({ printed }) => printed),
    report: {
      command: 'policy',
      apps: [{ id: files.id, name: files.name, facts: {} }],
      findings: [...told.flatMap(({ finding }) => finding ?? []), ...problems.map(({ finding }) => finding)],
      notices: judgement.failures.map(({ message }) => message),
      hasTrouble: judgement.problems.some(({ severity }) => severity === 'error'),
    },
  };
}

/** What stands for an app where files are judged. */
const files: App = {
  id: appId('manifests', { path: '' }),
  kind: 'manifests',
  name: 'files',
  source: { kind: 'here', path: '', render: 'directory' },
  destination: {},
};

/** Puts results into the words and shapes of reports, with the lines of the files. */
class FileTeller {
  readonly #ruleDocument: (id: string | undefined) => FileDocument | undefined;
  readonly #resources: readonly FileDocument[];
  readonly #requests: ReadonlyMap<string, GivenRequest>;
  readonly #places = new FilePlaces();
  readonly #documents = new Map<Rule, FileDocument>();

  constructor(
    ruleDocument: (id: string | undefined) => FileDocument | undefined,
    resources: readonly FileDocument[],
    requests: readonly GivenRequest[],
  ) {
    this.#ruleDocument = ruleDocument;
    this.#resources = resources;
    this.#requests = new Map(requests.map((each) => [each.request.id, each]));
  }

  tell(result: PolicyResult): readonly { readonly printed: PrintedResult; readonly finding?: Finding | undefined }[] {
    const request = this.#requests.get(result.request);
    const document = this.#resources[request?.position ?? -1];
    if (request === undefined || document === undefined) return [];
    const placeOfRule: RulePlace = (rule, at, line) => this.#placeOfRule(rule, at, line);
    const verdict = withRulePlace(this.#verdictOf(result, request, document), placeOfRule);
    const printed = reportResult(result, request, this.#ruleDocument(result.document)?.file);
    const finding = policyFinding(verdict, files, placeOfRule);
    return [{ printed: { ...printed, place: finding && printedPlace(finding.place) }, finding }];
  }

  tellProblem(problem: PolicyProblem): { readonly printed: PrintedProblem; readonly finding: Finding } {
    const { severity, message } = problem;
    const rule = this.#rule(problem.document);
    const finding = problemFinding({ ...problem, rule }, files, (one, at, line) => this.#placeOfRule(one, at, line));
    const { file, line } = printedPlace(finding.place) ?? {};
    return { printed: { severity, message, file, line }, finding: { ...finding, severity } };
  }

  #verdictOf(result: PolicyResult, { object }: GivenRequest, document: FileDocument): PolicyVerdict {
    const judged = asKubeObject(object);
    const place = judged && this.#firstPlace(document, judged, result);
    const rule = this.#rule(result.document);
    return {
      app: files.id,
      object: judged === undefined ? resourceKey({ group: '', kind: 'Pod', name: '' }) : resourceKey(idOf(judged)),
      result: hideSecretValues(result, object),
      rule,
      binding: this.#rule(result.binding),
      template: this.#rule(result.template),
      source: rule?.source,
      provenance: place && { kind: 'proven', place, via: 'resource', also: [] },
    };
  }

  /** An object inside of an AdmissionReview stands below the review's request. */
  #firstPlace(
    document: FileDocument,
    judged: NonNullable<ReturnType<typeof asKubeObject>>,
    result: PolicyResult,
  ): Place | undefined {
    const isInReview = document.object.kind === 'AdmissionReview';
    const where = isInReview ? { ...document, within: [...document.within, 'request', 'object'] } : document;
    for (const { path: pointer } of spotsOf(judged, result)) {
      const place = this.#places.placeOf(where, pointer);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  #rule(id: string | undefined): Rule | undefined {
    const document = this.#ruleDocument(id);
    const object = asKubeObject(document?.object);
    if (document === undefined || object === undefined) return undefined;
    const rule = ruleOf(object, { kind: 'folder', file: document.file });
    this.#documents.set(rule, document);
    return rule;
  }

  #placeOfRule(rule: Rule, at = '/metadata/name', line?: number): Place | undefined {
    const document = this.#documents.get(rule);
    return document && (this.#places.placeOf(document, at, line) ?? this.#places.placeOf(document, '/metadata/name'));
  }
}

/** The files of a case folder (`policies.yaml`, `context.yaml` where there is one, `resources.yaml`). */
export function caseFiles(folder: string): FileChoice {
  const file = (name: string): string => path.join(folder, `${name}.yaml`);
  if (!existsSync(file('policies'))) {
    throw new UserError('case-invalid', `${folder} is no case: it holds no policies.yaml.`, { file: folder });
  }
  return {
    policies: [file('policies')],
    context: existsSync(file('context')) ? [file('context')] : [],
    resources: [file('resources')],
  };
}
