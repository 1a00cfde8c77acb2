/** A repository path: relative to the repository's root, `/` between parts, no leading `./`; the root itself is `''`. */
export type RepoPath = string;

/** A stretch of text in a file. Lines and columns start at 1; columns count UTF-16 units; `end` is exclusive. */
export interface TextRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A scalar (or part of one) in a file of the repository: where its own text stands and what that text is. */
export interface Place {
  readonly file: RepoPath;
  readonly range: TextRange;
  /** Offsets in UTF-16 units from the start of the file; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** The source text found there, quotes included. */
  readonly text: string;
}

/** Joins repository paths and resolves `.` and `..`; `undefined` when the result would leave the repository. */
export function joinPath(...parts: readonly string[]): RepoPath | undefined {
  const out: string[] = [];
  for (const part of parts.join('/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') out.push(part);
    else if (out.pop() === undefined) return undefined;
  }
  return out.join('/');
}

/** The folder of a path; `''` for a file at the root. */
export function folderOf(path: RepoPath): RepoPath {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** The last part of a path. */
export function baseName(path: RepoPath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Tells whether `path` is `folder` or lies below it. */
export function isWithin(path: RepoPath, folder: RepoPath): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** Tells whether two places begin at the same character: what stands there is the same scalar, or a piece of it. */
export function isSamePlace(one: Place, other: Place): boolean {
  return one.file === other.file && one.start === other.start;
}
