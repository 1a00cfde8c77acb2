import type { Json } from '../model/json.ts';
import { readYaml } from '../yaml/readYaml.ts';

/** The YAML under a key of `argocd-cm`. */
export type ReadValue = (key: string) => Json | undefined;

/** Reads YAML within a value of `argocd-cm`; trouble names the key and the line within the value. */
export function readText(text: string, key: string, problems: string[]): Json | undefined {
  const { documents, problems: found } = readYaml(text, 'plain');
  const [error] = found.filter(({ severity }) => severity === 'error');
  if (error !== undefined) problems.push(`${key}, line ${error.line}: ${error.message}`);
  return documents[0]?.value;
}
