import { baseName, folderOf, isWithin } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { FileTree, TreeEntry } from '../ports.ts';

/** One line of ignore rules, counted from its folder. */
export interface IgnoreRule {
  readonly folder: RepoPath;
  readonly isNegated: boolean;
  readonly isForFolders: boolean;
  /** Without a slash inside, a rule is about names at any depth. */
  readonly isForNames: boolean;
  readonly expression: RegExp;
}

/** Reads ignore rules in the form of `.gitignore` (gitignore(5)); they count below `folder`. */
function readIgnoreRules(text: string, folder: RepoPath): readonly IgnoreRule[] {
  return text.split('\n').flatMap((line): readonly IgnoreRule[] => {
    const written = line.replace(/\r$/, '').replace(/(?<!\\)\s+$/, '');
    if (written === '' || written.startsWith('#')) return [];
    const isNegated = written.startsWith('!');
    const pattern = written.replace(/^!/, '').replace(/^\\(?=[#!])/, '');
    const isForFolders = pattern.endsWith('/');
    const bare = pattern.replace(/\/+$/, '');
    const expression = new RegExp(`^${expressionOf(bare.replace(/^\//, ''))}$`, 's');
    return [{ folder, isNegated, isForFolders, isForNames: !bare.includes('/'), expression }];
  });
}

function expressionOf(pattern: string): string {
  return pattern.replace(/\*\*\/|\/\*\*$|\*\*|\*|\?|\[!?[^\]]+\]|\\.|[.+^${}()|\\[\]]/g, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '/**') return '/.*';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.startsWith('[') && token.length > 2) return token.replace(/^\[!/, '[^');
    return token.startsWith('\\') && token.length > 1 ? token.replace(/^\\([A-Za-z0-9])$/, '$1') : `\\${token}`;
  });
}

/** What Flux leaves out of every artifact (fluxcd/pkg `sourceignore`): files of version control, CI and tools, pictures, archives. */
const usual = readIgnoreRules(
  [
    ...['.git/', '.gitignore', '.gitmodules', '.gitattributes'],
    ...['*.jpg', '*.jpeg', '*.gif', '*.png', '*.wmv', '*.flv', '*.tar.gz', '*.zip'],
    ...['.github/', '.circleci/', '.travis.yml', '.gitlab-ci.yml', 'appveyor.yml', '.drone.yml', 'cloudbuild.yaml'],
    ...['codeship-services.yml', 'codeship-steps.yml', '**/.goreleaser.yml', '**/.sops.yaml', '**/.flux.yaml'],
  ].join('\n'),
  '',
);

/** What a GitRepository says of its artifact. */
export interface ArtifactRules {
  /** `spec.ignore`; it has the last word. */
  readonly ignore?: string | undefined;
  /** `spec.sparseCheckout`; absent: everything. */
  readonly folders?: readonly RepoPath[] | undefined;
}

/**
 * The artifact that Flux makes of a repository: what the usual rules, `.sourceignore` files and the GitRepository's own rules
 * leave out is not there (Flux `source-controller/docs/spec/v1/gitrepositories.md`, Excluding files).
 */
export class SourceTree implements FileTree {
  readonly label: string;
  readonly #base: FileTree;
  readonly #folders: readonly RepoPath[] | undefined;
  readonly #own: readonly IgnoreRule[];
  readonly #found = new Map<RepoPath, Promise<readonly IgnoreRule[]>>();

  constructor(base: FileTree, { ignore, folders }: ArtifactRules) {
    this.label = base.label;
    this.#base = base;
    this.#folders = folders;
    this.#own = readIgnoreRules(ignore ?? '', '');
  }

  async stat(path: RepoPath, signal: AbortSignal): Promise<'file' | 'folder' | undefined> {
    const kind = await this.#base.stat(path, signal);
    return kind === undefined || (await this.#isLeftOut(path, kind, signal)) ? undefined : kind;
  }

  async read(path: RepoPath, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const content = await this.#base.read(path, signal);
    return content === undefined || (await this.#isLeftOut(path, 'file', signal)) ? undefined : content;
  }

  async list(path: RepoPath, signal: AbortSignal): Promise<readonly TreeEntry[] | undefined> {
    if (path !== '' && (await this.#isLeftOut(path, 'folder', signal))) return undefined;
    const entries = await this.#base.list(path, signal);
    if (entries === undefined) return undefined;
    const kept = await Promise.all(
      entries.map(async (entry) => {
        const at = path === '' ? entry.name : `${path}/${entry.name}`;
        return (await this.#isLeftOut(at, entry.kind, signal)) ? [] : [entry];
      }),
    );
    return kept.flat();
  }

  async #isLeftOut(path: RepoPath, kind: 'file' | 'folder', signal: AbortSignal): Promise<boolean> {
    if (path === '') return false;
    const isChecked = this.#folders?.every((folder) => !isWithin(path, folder) && !isWithin(folder, path)) ?? false;
    if (isChecked) return true;
    const rules = [...usual, ...(await this.#rulesAbove(path, signal)), ...this.#own];
    const last = rules.findLast((rule) => matches(rule, path, kind));
    return last !== undefined && !last.isNegated;
  }

  async #rulesAbove(path: RepoPath, signal: AbortSignal): Promise<readonly IgnoreRule[]> {
    const folders: RepoPath[] = [];
    for (let at = path; at !== '';) folders.unshift((at = folderOf(at)));
    return (await Promise.all(folders.map((folder) => this.#rulesOf(folder, signal)))).flat();
  }

  #rulesOf(folder: RepoPath, signal: AbortSignal): Promise<readonly IgnoreRule[]> {
    const file = folder === '' ? '.sourceignore' : `${folder}/.sourceignore`;
    const reading =
      this.#found.get(folder) ??
      this.#base
        .read(file, signal)
        .then((content) => (content === undefined ? [] : readIgnoreRules(new TextDecoder().decode(content), folder)));
    this.#found.set(folder, reading);
    return reading;
  }
}

/** Whether a rule names a path, or a folder that it lies in. */
function matches({ folder, isForFolders, isForNames, expression }: IgnoreRule, path: RepoPath, kind: string): boolean {
  if (!isWithin(path, folder) || path === folder) return false;
  const parts = (folder === '' ? path : path.slice(folder.length + 1)).split('/');
  return parts.some((_, index) => {
    const isFolder = index < parts.length - 1 || kind === 'folder';
    const prefix = parts.slice(0, index + 1).join('/');
    return (isFolder || !isForFolders) && expression.test(isForNames ? baseName(prefix) : prefix);
  });
}
