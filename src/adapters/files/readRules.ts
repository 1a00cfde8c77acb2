import { asKubeObject } from '../../core/model/resource.ts';
import { policyKindOf } from '../../core/policy/policyKinds.ts';
import { ruleOf } from '../../core/policy/ruleBook.ts';
import type { Rule } from '../../core/policy/ruleBook.ts';
import { readDocuments } from './readDocuments.ts';

/** Reads the policies of files and folders outside of a repository, and what belongs to them; other objects are left out. */
export async function readRules(paths: readonly string[]): Promise<readonly Rule[]> {
  const documents = await readDocuments(paths);
  return documents.flatMap(({ object, file }) => {
    const found = asKubeObject(object);
    if (found === undefined || policyKindOf(found) === undefined) return [];
    return [ruleOf(found, { kind: 'folder', file })];
  });
}
