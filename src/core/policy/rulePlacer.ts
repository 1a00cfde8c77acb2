import { valueUnder } from '../diff/path.ts';
import { isSame } from '../diff/confirm.ts';
import type { DeclaredObject } from '../apps/fileFacts.ts';
import type { Place, RepoPath } from '../model/place.ts';
import { pointerParts } from '../model/words.ts';
import type { FileTree } from '../ports.ts';
import { locateScalars } from '../yaml/locateScalars.ts';
import { placeOfLine } from '../yaml/placeOfLine.ts';
import type { ScalarSite } from '../yaml/locateScalars.ts';
import type { Rule } from './ruleBook.ts';

/** Says where the parts of rules are written in the repository; files are read once for each content. */
export class RulePlacer {
  #files: ReadonlyMap<RepoPath, LocatedFile> = new Map();

  /** Reads the files of the rules, so that `placeOf` can answer. */
  async read(rules: readonly Rule[], tree: FileTree, signal: AbortSignal): Promise<void> {
    const files = new Map<RepoPath, LocatedFile>();
    for (const file of new Set(rules.flatMap((rule) => declaredOf(rule)?.file ?? []))) {
      const content = await tree.read(file, signal);
      if (content === undefined) continue;
      const known = this.#files.get(file);
      files.set(file, known?.content === content ? known : locate(file, content));
    }
    this.#files = files;
  }

  /**
   * The scalar at a pointer into a rule, or the first one below it; the rule's name where the file writes that part
   * otherwise than it renders; `undefined` for a rule that no file holds. `line`, from 1, is one of a block of text.
   */
  placeOf(rule: Rule, at = '', line?: number): Place | undefined {
    const declared = declaredOf(rule);
    if (declared === undefined || at === '') return declared?.place;
    const parts = pointerParts(at);
    if (!isSame(valueUnder(declared.object, parts), valueUnder(rule.object, parts))) return declared.place;
    const path = [...(declared.within ?? []), ...parts].map(String);
    const site = this.#files
      .get(declared.file)
      ?.sites.find((each) => each.document === declared.document && isBelow(each, path));
    if (site === undefined) return declared.place;
    return placeOfLine(site, line);
  }
}

interface LocatedFile {
  readonly content: Uint8Array;
  readonly sites: readonly ScalarSite[];
}

function locate(file: RepoPath, content: Uint8Array): LocatedFile {
  return { content, sites: locateScalars(file, new TextDecoder().decode(content), 'plain').sites };
}

function declaredOf({ source }: Rule): DeclaredObject | undefined {
  return source.kind === 'repository' ? source.declared : undefined;
}

function isBelow(site: ScalarSite, path: readonly string[]): boolean {
  return path.every((part, index) => String(site.path[index]) === part);
}
