import * as vscode from 'vscode';
import { reduceSecret } from '../../core/diff/secrets.ts';
import { describeKey } from '../../core/model/resource.ts';
import type { KubeObject } from '../../core/model/resource.ts';
import type { SecretHasher } from '../../core/ports.ts';
import { Lifetime } from '../lifetime.ts';
import type { RepositorySession } from '../workspace/repositorySession.ts';
import { addressOf, documentScheme, subjectOf } from './objectUri.ts';
import type { DocumentSubject } from './objectUri.ts';

/** Writes objects as YAML (`textOf`); brings the YAML library with it, hence loaded when the first document is shown. */
export type LoadText = () => Promise<(objects: readonly KubeObject[]) => string>;

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
    if (subject.kind === 'live') {
      const live = overview.liveObject(subject.context, subject.object);
      const absent = vscode.l10n.t('{0} is not in cluster {1}.', describeKey(subject.object), subject.context);
      // Reduced where it came in; reducing a token again would make another one of it.
      return live === undefined ? comment(absent) : (await this.#loadText())([live]);
    }
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

  async #renderedText(objects: readonly KubeObject[]): Promise<string> {
    const textOf = await this.#loadText();
    return textOf(objects.map((object) => reduceSecret(object, this.#hasher)));
  }

  #refreshOpen(): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme === documentScheme) this.#changed.fire(uri);
    }
  }
}

/** The URI of a virtual document. */
export function documentUri(subject: DocumentSubject): vscode.Uri {
  return vscode.Uri.from({ scheme: documentScheme, ...addressOf(subject) });
}

function comment(text: string): string {
  return `${text.replaceAll(/^/gm, '# ')}\n`;
}
