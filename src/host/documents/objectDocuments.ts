import * as vscode from 'vscode';
import { reduceSecret } from '../../core/diff/secrets.ts';
import { asKubeObject, describeKey } from '../../core/model/resource.ts';
import type { KubeObject, ResourceKey } from '../../core/model/resource.ts';
import { findVerdict } from '../../core/policy/policyVerdict.ts';
import type { PolicyVerdict } from '../../core/policy/policyVerdict.ts';
import type { OverviewApi } from '../../core/overview/api.ts';
import type { AppState } from '../../core/overview/state.ts';
import type { SecretHasher } from '../../core/ports.ts';
import { Lifetime } from '../lifetime.ts';
import type { RepositorySession } from '../workspace/repositorySession.ts';
import { declaredPart } from './declaredPart.ts';
import { addressOf, documentScheme, subjectOf } from './objectUri.ts';
import type { DocumentSubject } from './objectUri.ts';

/** Writes objects as YAML and verdicts as Markdown. */
export interface DocumentTexts {
  readonly textOf: (objects: readonly KubeObject[]) => string;
  readonly explainVerdict: (verdict: PolicyVerdict, object: KubeObject | undefined) => string;
}

/** Brings the YAML library with it, hence loaded when the first document is shown. */
export type LoadText = () => Promise<DocumentTexts>;

/** Read-only documents of what no file holds: live objects and rendered ones. They follow the state while they are open. */
export class ObjectDocuments implements vscode.TextDocumentContentProvider {
  readonly #session: RepositorySession;
  readonly #hasher: SecretHasher;
  readonly #loadText: LoadText;
  readonly #life = new Lifetime();
  readonly #changed = this.#life.own(new vscode.EventEmitter<vscode.Uri>());

  readonly onDidChange = this.#changed.event;

  constructor(session: RepositorySession, hasher: SecretHasher, loadText: LoadText) {
    this.#session = session;
    this.#hasher = hasher;
    this.#loadText = loadText;
    this.#life.own(vscode.workspace.registerTextDocumentContentProvider(documentScheme, this));
    this.#life.own(
      session.onDidChange(() => {
        this.#refreshOpen();
      }),
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    const subject = subjectOf(uri.query);
    if (subject === undefined) return comment(vscode.l10n.t('This address is not one of Plumbline’s.'));
    const ended = new AbortController();
    const cancelling = token.onCancellationRequested(() => {
      ended.abort();
    });
    try {
      return await this.#text(subject, ended.signal);
    } finally {
      cancelling.dispose();
    }
  }

  dispose(): void {
    this.#life.dispose();
  }

  async #text(subject: DocumentSubject, signal: AbortSignal): Promise<string> {
    const overview = this.#session.current?.overview;
    if (overview === undefined) return comment(vscode.l10n.t('No repository is open.'));
    if (subject.kind === 'live') return this.#liveText(subject, overview, signal);
    if (subject.kind === 'verdict') return this.#verdictText(subject, overview, signal);
    const rendering = await overview.renderApp(subject.app, subject.side, signal);
    if (rendering === undefined)
      return comment(vscode.l10n.t('There is nothing rendered of this app at this revision.'));
    const trouble = rendering.problems.map(({ message }) => comment(message)).join('');
    if (subject.kind === 'app')
      return trouble + (await this.#renderedText(rendering.objects.map(({ object }) => object)));
    const found = rendering.objects.find(({ key }) => key === subject.object);
    const absent = vscode.l10n.t('Git does not declare {0}.', describeKey(subject.object));
    return found === undefined ? trouble + comment(absent) : this.#renderedText([found.object]);
  }

  async #liveText(
    { context, object, app }: Extract<DocumentSubject, { readonly kind: 'live' }>,
    overview: OverviewApi,
    signal: AbortSignal,
  ): Promise<string> {
    const live = overview.liveObject(context, object);
    if (live === undefined) {
      return comment(vscode.l10n.t('{0} is not in cluster {1}.', describeKey(object), context));
    }
    const rendering = app === undefined ? undefined : await overview.renderApp(app, 'buffers', signal);
    const declared = rendering?.objects.find(({ key }) => key === object)?.object;
    const state = overview.state.apps.find((each) => each.app.id === app);
    const part =
      declared === undefined ? live : asKubeObject(declaredPart(live, declared, differentFields(state, object)));
    // Reduced where it came in; reducing a token again would make another one of it.
    return (await this.#loadText()).textOf([part ?? live]);
  }

  async #verdictText(
    { app, verdict: ref }: Extract<DocumentSubject, { readonly kind: 'verdict' }>,
    overview: OverviewApi,
    signal: AbortSignal,
  ): Promise<string> {
    const state = overview.state.apps.find((each) => each.app.id === app);
    const verdict = findVerdict(state?.policies ?? [], ref);
    if (verdict === undefined)
      return vscode.l10n.t('{0} says nothing of {1} any more.', ref.policy, describeKey(ref.object));
    const rendering = await overview.renderApp(app, 'buffers', signal);
    const { explainVerdict } = await this.#loadText();
    return explainVerdict(verdict, rendering?.objects.find(({ key }) => key === ref.object)?.object);
  }

  async #renderedText(objects: readonly KubeObject[]): Promise<string> {
    const { textOf } = await this.#loadText();
    return textOf(objects.map((object) => reduceSecret(object, this.#hasher)));
  }

  #refreshOpen(): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme === documentScheme) this.#changed.fire(uri);
    }
  }
}

function differentFields(state: AppState | undefined, object: ResourceKey): readonly string[] {
  const own = state?.differences.filter((difference) => difference.object === object) ?? [];
  return own.flatMap(({ field }) => (field === undefined ? [] : [field.path]));
}

/** The URI of a virtual document. */
export function documentUri(subject: DocumentSubject): vscode.Uri {
  return vscode.Uri.from({ scheme: documentScheme, ...addressOf(subject) });
}

function comment(text: string): string {
  return `${text.replaceAll(/^/gm, '# ')}\n`;
}
