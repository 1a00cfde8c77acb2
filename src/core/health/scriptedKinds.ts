import { matchesGlob } from '../render/glob.ts';
import { matchesPathGlob } from '../render/pathGlob.ts';
import type { HealthScript } from './healthScripts.ts';
import table from './scriptedKinds.json' with { type: 'json' };

const scripted = new Map<string, readonly string[]>(Object.entries(table));
const patterns = [...scripted.keys()].filter((group) => group.includes('*'));

/**
 * Whether a script may judge a kind: one that Argo CD brings along or one of `argocd-cm`. Only for such kinds the engine
 * is asked; which script it is, the engine decides.
 */
export function isScripted(group: string, kind: string, overrides: readonly HealthScript[]): boolean {
  const key = group === '' ? kind : `${group}/${kind}`;
  return hasOwnScript(group, kind) || overrides.some((each) => each.key === key || matchesGlob(key, each.key));
}

function hasOwnScript(group: string, kind: string): boolean {
  const groups = [group, ...patterns.filter((pattern) => matchesPathGlob(group, pattern))];
  return groups.some((each) => scripted.get(each)?.some((name) => name === '*' || name === kind) === true);
}
