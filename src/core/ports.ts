import type { JsonPointer } from './model/difference.ts';
import type { JsonObject } from './model/json.ts';
import type { KubeObject } from './model/resource.ts';
import type { RepoPath } from './model/place.ts';
import type { RemoteNeed } from './model/remoteNeed.ts';
import type { ObjectOrigin, RenderProblem, FileRead } from './model/rendering.ts';

/** What the core needs of the outside. Each port has five methods or fewer; adapters implement them, the host wires them. */

/** A read-only tree of files: the working tree, the working tree under unsaved buffers, or a Git revision. */
export interface FileTree {
  /** A commit's full hash for a revision; `working-tree` or `buffers` else. Two trees with the same commit hash are equal. */
  readonly label: string;
  /** What stands at a path; `undefined` for nothing. Links that leave the repository read as absent. */
  stat(path: RepoPath, signal: AbortSignal): Promise<'file' | 'folder' | undefined>;
  /** The content of a file; `undefined` when there is none. */
  read(path: RepoPath, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** The entries of a folder, sorted by name, `.git` left out; `undefined` when there is no such folder. */
  list(path: RepoPath, signal: AbortSignal): Promise<readonly TreeEntry[] | undefined>;
}

export interface TreeEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/** What was fetched from elsewhere and is kept on this machine. Reading it needs no network. */
export interface FetchedSources {
  /** The files of a need by its key (`needKey`); `undefined` until somebody had it fetched. */
  open(key: string, signal: AbortSignal): Promise<FileTree | undefined>;
}

/** Fetches what apps need from elsewhere, only ever on a person's word. */
export interface SourceFetcher {
  /** Throws `UserError` `fetch-…` that names the address and the next step. */
  fetch(need: RemoteNeed, signal: AbortSignal): Promise<FetchedVersion>;
}

/** What a need turned out to be. */
export interface FetchedVersion {
  /** A version, tag or commit. */
  readonly version: string;
  /** `sha256:…` of the packed content. */
  readonly digest: string;
}

/** Chooses among versions with the reconcilers' own rules. */
export interface VersionChooser {
  /** The newest that satisfies the constraint, as it is written; `undefined` when none does. `UserError` `fetch-failed` for a constraint that is none. */
  chooseVersion(versions: readonly string[], constraint: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Renders kustomize roots and Helm charts with the reconcilers' own libraries. */
export interface RenderEngine {
  /** Never throws for bad input: that is an `error` problem in the reply. Throws `UserError` `engine-…` when the engine itself fails. */
  kustomize(request: KustomizeRequest, tree: FileTree, signal: AbortSignal): Promise<KustomizeReply>;
  /** As `helm template`, without network and cluster; throws like `kustomize`. */
  helm(request: HelmRequest, tree: FileTree, signal: AbortSignal): Promise<HelmReply>;
  /** What an ApplicationSet makes, as Argo CD's controller does; throws like `kustomize`. */
  applicationSet(request: ApplicationSetRequest, tree: FileTree, signal: AbortSignal): Promise<ApplicationSetReply>;
}

/** An ApplicationSet as declared, and the clusters its hub knows; absent when nobody could be asked. */
export interface ApplicationSetRequest {
  readonly set: JsonObject;
  readonly clusters?: readonly ClusterFact[] | undefined;
}

/** What Argo CD's cluster Secret says beside credentials. */
export interface ClusterFact {
  readonly name: string;
  readonly server: string;
  readonly project: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The cluster Argo CD runs in, which needs no Secret. */
  readonly isLocal: boolean;
}

export interface ApplicationSetReply {
  readonly applications: readonly {
    readonly object: JsonObject;
    readonly from: readonly ParameterOrigin[];
    /** Pointer of the generator's options in the set; its own template lies over the set's. */
    readonly generator: JsonPointer;
  }[];
  /** What Argo CD refuses; unless `isPartial` it makes no Application then. Places are pointers in the set, or in a file. */
  readonly problems: readonly (ParameterOrigin & { readonly message: string; readonly isPartial: boolean })[];
  /** Generators that the repository does not answer, by their kind. */
  readonly undecided: readonly { readonly path: JsonPointer; readonly kind: string }[];
  /** Addresses that git generators look at; the tree was taken for each of them. */
  readonly repositories: readonly string[];
  readonly reads: readonly FileRead[];
}

/** Where parameters are written: a pointer in the set, or in a file's first document; it may lead into a scalar's YAML text. */
export interface ParameterOrigin {
  readonly path: JsonPointer;
  readonly file?: RepoPath | undefined;
}

/** One rendering of a chart of the repository. */
export interface HelmRequest {
  /** Folder of the chart, or a packed chart (`.tgz`). */
  readonly chart: RepoPath;
  readonly release: string;
  readonly namespace: string;
  /** Files that stand for the chart's own `values.yaml`, merged in order; none: the chart's own. */
  readonly defaults?: readonly RepoPath[] | undefined;
  /** Laid over the chart's values in order. */
  readonly values: readonly ValuesLayer[];
  /** `1.33` or `v1.33.4`; Helm's own default unless said. */
  readonly kubeVersion?: string | undefined;
  /** Added to Helm's default set (`helm template`); or standing for it, as an installation takes what the cluster serves. */
  readonly apiVersions?: readonly string[] | undefined;
  readonly onlyApiVersions?: boolean | undefined;
  readonly skipCrds?: boolean | undefined;
  /** Leaves out the check against `values.schema.json`. */
  readonly skipSchema?: boolean | undefined;
  readonly isUpgrade?: boolean | undefined;
  /** What a cluster holds, by question as `HelmReply.lookups` writes it; null for nothing there. */
  readonly answers?: Readonly<Record<string, JsonObject | null>> | undefined;
  /** Leaves out the second rendering of charts that draw at random; for renderings that are only compared. */
  readonly once?: boolean | undefined;
}

/** One step of a chart's values: a map laid over what is there, or single values set by path (`helm --set`). */
export type ValuesLayer =
  | { readonly kind: 'file'; readonly path: RepoPath }
  /** YAML; JSON is YAML too. */
  | { readonly kind: 'text'; readonly text: string }
  /** `a.b=c`, with the escapes of `--set` and `--set-string`. */
  | { readonly kind: 'set' | 'setString'; readonly text: string }
  /** The content of a file as the value at a path; `text` is the path. */
  | { readonly kind: 'setFile'; readonly text: string; readonly path: RepoPath };

export interface HelmReply {
  /** In Helm's order of installation: CRDs, the release's objects, hooks. */
  readonly objects: readonly HelmObject[];
  readonly problems: readonly HelmProblem[];
  /** What templates asked the cluster with `lookup`: `apiVersion kind namespace name`; what had no answer was answered with nothing. */
  readonly lookups: readonly string[];
  readonly reads: readonly FileRead[];
}

export interface HelmObject {
  readonly object: JsonObject;
  /** The template (or CRD file, or the packed chart with it) that the object came from. */
  readonly file?: RepoPath | undefined;
  /** The events of a hook (`pre-install`, …); empty for an object of the release itself. */
  readonly hooks: readonly string[];
  readonly isCrd: boolean;
  /** What a second rendering gave for it, where that was something else: the template draws at random or tells the time. */
  readonly second?: JsonObject | undefined;
}

export interface HelmProblem extends RenderProblem {
  /** Index of the values layer at fault. */
  readonly layer?: number | undefined;
  /** Pointer of a value that the chart's schema refuses. */
  readonly values?: string | undefined;
}

export interface KustomizeRequest {
  /** Folder of the kustomization. */
  readonly path: RepoPath;
  /** `root-only` is kustomize's default; `none` is what Flux always and Argo CD by option uses. */
  readonly loadRestrictor: 'root-only' | 'none';
  /** Leaves out origins and transformations, which take half of the time; for renderings that are only compared. */
  readonly withoutEvidence?: boolean | undefined;
}

export interface KustomizeReply {
  readonly objects: readonly EngineObject[];
  readonly problems: readonly RenderProblem[];
  readonly reads: readonly FileRead[];
}

export interface EngineObject {
  readonly object: JsonObject;
  readonly origin?: ObjectOrigin | undefined;
  readonly transformations: readonly ObjectOrigin[];
}

/** Reads the state of the repository. */
export interface RepoReader {
  /** Absolute path of the repository's root, for messages and for the host's file URIs. */
  readonly root: string;
  readState(signal: AbortSignal): Promise<RepoState>;
  /** The tree of a revision; `undefined` when the repository does not know it (not fetched). */
  openRevision(revision: string, signal: AbortSignal): Promise<FileTree | undefined>;
  /** The tree on disk. */
  openWorkingTree(): FileTree;
  /** Commits reachable from `revision`, newest first. */
  readLog(revision: string, limit: number, signal: AbortSignal): Promise<readonly CommitInfo[]>;
}

/** One reading of the repository's state. */
export interface RepoState {
  /** Full hash, or `undefined` in a repository without commits. */
  readonly head?: string | undefined;
  /** `undefined` when HEAD is detached. */
  readonly branch?: string | undefined;
  readonly upstream?:
    | { readonly name: string; readonly commit?: string | undefined; readonly ahead: number; readonly behind: number }
    | undefined;
  /** An operation under way that makes commits unsafe. */
  readonly busy?: 'rebase' | 'merge' | 'cherry-pick' | 'revert' | 'bisect' | undefined;
  readonly changes: readonly FileChange[];
  readonly remotes: readonly Remote[];
}

export interface FileChange {
  readonly path: RepoPath;
  readonly kind: 'added' | 'modified' | 'deleted' | 'renamed' | 'untracked' | 'conflicted';
  /** Something of it is in the index. */
  readonly isStaged: boolean;
}

export interface Remote {
  readonly name: string;
  /** As configured and as rewritten by `url.*.insteadOf`. */
  readonly urls: readonly string[];
}

export interface CommitInfo {
  readonly commit: string;
  readonly subject: string;
  readonly author: string;
  /** RFC 3339. */
  readonly time: string;
}

/** Writes to the repository; only ever what the person chose. */
export interface RepoWriter {
  /** Commits exactly these paths as they are on disk, leaving what else is staged as it is. Returns the new commit's hash. */
  commit(paths: readonly RepoPath[], message: string, options: CommitOptions, signal: AbortSignal): Promise<string>;
  /** Pushes the branch to its upstream, never by force. `UserError` `git-push-rejected` when the remote has moved on. */
  push(signal: AbortSignal): Promise<void>;
}

export interface CommitOptions {
  readonly signOff: boolean;
}

/** Lists the kubeconfig's contexts and connects to one of them. */
export interface ClusterConnector {
  /** Reads the kubeconfig only; no network. `UserError` `kubeconfig-invalid` names the file. */
  listContexts(): Promise<readonly ContextInfo[]>;
  /**
   * `onProgram` is told which program is waited for that gets the credentials (it may ask the person), and when none is any
   * more; as long as the connection lives, since logins run out.
   */
  connect(
    context: string,
    signal: AbortSignal,
    onProgram?: (command: string | undefined) => void,
  ): Promise<ClusterConnection>;
}

export interface ContextInfo {
  readonly name: string;
  readonly server: string;
  readonly namespace?: string | undefined;
  readonly isCurrent: boolean;
}

/** One cluster, by one pinned context. */
export interface ClusterConnection {
  readonly context: string;
  /** Address of the API server; a dump has none. */
  readonly server?: string | undefined;
  /** The server's version (`v1.33.4`) as it said when its kinds were read; absent when it did not. */
  readonly version?: string | undefined;
  /** The kinds the server serves, by discovery; kept for the connection until somebody asks for them `anew`. */
  readKinds(signal: AbortSignal, anew?: boolean): Promise<readonly ServedKind[]>;
  /**
   * The schemas of a group version (`apps/v1`) as the server publishes them, read `anew` when they may have changed;
   * `undefined` where there are none or they may not be read.
   */
  readSchemas(apiVersion: string, signal: AbortSignal, anew?: boolean): Promise<PublishedSchemas | undefined>;
  /** LIST and WATCH of a selection until closed; recovers by itself and says its state as events. */
  follow(target: WatchTarget, onEvent: (event: LiveEvent) => void): { close(): void };
  /** Sends one request and returns the parsed reply; a non-2xx status is data, an unreachable server a `UserError`. */
  send(request: ApiRequest, signal: AbortSignal): Promise<ApiReply>;
  close(): void;
}

/** An OpenAPI v3 document, and the hash by which its server names that content. */
export interface PublishedSchemas {
  readonly hash: string;
  readonly document: JsonObject;
}

export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
  /** The server prefers this version of the group. */
  readonly isPreferred: boolean;
  readonly verbs: readonly string[];
}

/** All objects of a kind in one namespace, or in the cluster when `namespace` is absent; with a `name` only the one. */
export interface WatchTarget {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespace?: string | undefined;
  /** For rights that are given by name; where they do not include watching, the object is read anew now and then. */
  readonly name?: string | undefined;
  /** Only the metadata of each object is wanted (PartialObjectMetadata); for kinds whose objects are large. */
  readonly isMetadataOnly?: boolean | undefined;
}

export type LiveEvent =
  /** A complete list; objects of the target that are not in it are gone. */
  | { readonly type: 'listed'; readonly target: WatchTarget; readonly objects: readonly KubeObject[] }
  | { readonly type: 'changed'; readonly target: WatchTarget; readonly object: KubeObject }
  | { readonly type: 'deleted'; readonly target: WatchTarget; readonly object: KubeObject }
  | { readonly type: 'state'; readonly target: WatchTarget; readonly state: WatchState };

export type WatchState =
  | { readonly kind: 'listing' }
  | { readonly kind: 'watching' }
  | { readonly kind: 'forbidden'; readonly message: string }
  /** The server does not serve the kind. */
  | { readonly kind: 'not-served' }
  /** What is shown may be out of date; a retry is on its way. `since` is RFC 3339. */
  | { readonly kind: 'stale'; readonly since: string; readonly message: string };

/** A Kubernetes API call as a value. */
export interface ApiRequest {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE';
  /** Path below the server, `/apis/…`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly contentType?:
    | 'application/json'
    | 'application/merge-patch+json'
    | 'application/apply-patch+yaml'
    | 'application/json-patch+json'
    | undefined;
  readonly body?: JsonObject | readonly JsonObject[] | undefined;
  /**
   * Of Secrets that register clusters with Argo CD the reply keeps name, address and project, of kubeconfigs in Secrets the
   * addresses of their API servers; all else is reduced.
   */
  readonly keeps?: 'cluster-addresses' | 'kubeconfig-addresses' | undefined;
}

export interface ApiReply {
  readonly status: number;
  readonly body: JsonObject;
  /** `Warning` headers, texts only. */
  readonly warnings: readonly string[];
}

/** Hides Secret values at the edge: equal values give equal tokens within one session, and nothing else can be learned. */
export interface SecretHasher {
  hash(value: Uint8Array | string): string;
}

export interface Clock {
  now(): Date;
  /** Resolves after `ms`, or rejects with an AbortError. */
  delay(ms: number, signal: AbortSignal): Promise<void>;
}

/** Where the product writes what it did, for people who look; never secrets. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
