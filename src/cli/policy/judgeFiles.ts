import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../core/model/userError.ts';
import { questionOfDocuments } from '../../core/policy/documentQuestion.ts';
import { judgePolicies, undecidedByFailure } from '../../core/policy/judgePolicies.ts';
import type { PolicyEngine, PolicyProblem } from '../../core/policy/judgement.ts';
import { reportResult } from '../../core/policy/reportedResult.ts';
import type { ReportedResult } from '../../core/policy/reportedResult.ts';
import { readDocuments } from './readDocuments.ts';
import type { FileDocument } from './readDocuments.ts';

/** Files and folders of policies, of what else exists, and of the objects to judge. */
export interface FileChoice {
  readonly policies: readonly string[];
  readonly context: readonly string[];
  readonly resources: readonly string[];
}

/** The judgement over files, in the terms of reports. */
export interface FileJudgement {
  readonly results: readonly JudgedResult[];
  readonly problems: readonly FileProblem[];
}

/** A result with the documents that it is about. */
export interface JudgedResult extends ReportedResult {
  readonly object: FileDocument;
  readonly policyDocument?: FileDocument | undefined;
}

/** Trouble with a policy. */
export interface FileProblem {
  readonly severity: PolicyProblem['severity'];
  readonly message: string;
  readonly file?: string | undefined;
  readonly document?: FileDocument | undefined;
  readonly at?: string | undefined;
}

/** Judges the objects of files by the policies of files; nothing else exists. `UserError` for files that cannot be read. */
export async function judgeFiles(
  engine: PolicyEngine,
  choice: FileChoice,
  signal: AbortSignal,
): Promise<FileJudgement> {
  const [policies, context, resources] = await Promise.all([
    readDocuments(choice.policies),
    readDocuments(choice.context),
    readDocuments(choice.resources),
  ]);
  const rules = [...policies, ...context];
  const { question, requests, given } = questionOfDocuments({
    policies: policies.map(({ object }) => object),
    context: context.map(({ object }) => object),
    resources: resources.map(({ object }) => object),
  });
  const judgement = await judgePolicies(engine, question, signal);
  const documentOf = (id: string | undefined): FileDocument | undefined => rules[given.get(id ?? '') ?? -1];
  const judged = new Map(requests.map((each) => [each.request.id, each]));
  const results = [...judgement.results, ...undecidedByFailure(judgement.failures)].flatMap((result) => {
    const request = judged.get(result.request);
    const object = resources[request?.position ?? -1];
    if (request === undefined || object === undefined) return [];
    const policyDocument = documentOf(result.document);
    return [{ ...reportResult(result, request, policyDocument?.file), object, policyDocument }];
  });
  const problems = judgement.problems.map(({ severity, message, document, at }): FileProblem => {
    const broken = documentOf(document);
    return { severity, message, file: broken?.file, document: broken, at };
  });
  return { results, problems };
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
