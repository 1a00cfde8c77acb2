import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { CoalescingRunner } from '../../core/overview/runner.ts';
import type { AppId } from '../../core/model/app.ts';
import type { AppState } from '../../core/overview/state.ts';
import { isAbort, messageOf } from '../../core/model/userError.ts';
import { parsePageMessage } from '../../protocol/panel.ts';
import type { HostMessage, PageMessage } from '../../protocol/panel.ts';
import type { PanelNotice, PanelProgress } from '../../protocol/panelState.ts';
import { Lifetime } from '../lifetime.ts';
import { fileUri, repoPath } from '../repoUris.ts';
import { DocumentLink } from './documentLink.ts';
import { runCommit, runSync } from './panelActs.ts';
import type { ActContext } from './panelActs.ts';
import type { PanelDeps, PanelRepository } from './panelDeps.ts';
import { panelHtml } from './panelHtml.ts';
import { PanelOutbox } from './panelOutbox.ts';
import { PanelPicture } from './panelPicture.ts';
import type { Picture } from './panelPicture.ts';

/** One app's Change & Sync panel: keeps the page's picture true and does what the person asks there. */
export class AppPanel {
  readonly app: AppId;
  readonly #panel: vscode.WebviewPanel;
  readonly #deps: PanelDeps;
  readonly #repository: PanelRepository;
  readonly #lifetime = new Lifetime();
  readonly #outbox: PanelOutbox;
  readonly #documents: DocumentLink;
  readonly #pictures: PanelPicture;
  readonly #updates = new CoalescingRunner(() => this.#readPicture());
  #picture: Picture | undefined;
  #progress: PanelProgress | undefined;
  #notice: PanelNotice | undefined;
  /** The run under way; aborting it stops following. */
  #run: AbortController | undefined;

  constructor(panel: vscode.WebviewPanel, app: AppId, deps: PanelDeps, repository: PanelRepository) {
    this.app = app;
    this.#panel = panel;
    this.#deps = deps;
    this.#repository = repository;
    this.#outbox = new PanelOutbox((message) => {
      this.#post(message);
    });
    this.#documents = this.#lifetime.own(
      new DocumentLink(repository.reader.root, (message) => {
        this.#post(message);
      }),
    );
    this.#pictures = new PanelPicture(deps, repository, app);
    this.#listen();
    this.#load();
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** Calls back when the person closed the panel. */
  onDidClose(listener: () => void): void {
    this.#panel.onDidDispose(listener);
  }

  /** Ends what the panel owns; a run goes on where the reconciler has it, nobody follows it here any more. */
  dispose(): void {
    this.#run?.abort();
    this.#lifetime.dispose();
    this.#panel.dispose();
  }

  #listen(): void {
    const { overview, reader } = this.#repository;
    this.#lifetime.own(
      overview.onDidChange(() => {
        this.#update();
      }),
    );
    const isOurs = (document: vscode.TextDocument): boolean => repoPath(reader.root, document.uri) !== undefined;
    this.#lifetime.own(
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (isOurs(document)) this.#update();
      }),
    );
    this.#lifetime.own(
      this.#panel.webview.onDidReceiveMessage((value: unknown) => {
        const message = parsePageMessage(value);
        if (message === undefined) this.#deps.log.warn('The Change & Sync page sent something that is no message.');
        else this.#inBackground(this.#handle(message));
      }),
    );
  }

  #load(): void {
    const { webview } = this.#panel;
    const folder = vscode.Uri.joinPath(this.#deps.extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    const uri = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
    const assets = {
      cspSource: webview.cspSource,
      script: uri('panel.js'),
      style: uri('panel.css'),
      editorWorker: uri('editor.worker.js'),
      yamlWorker: uri('yaml.worker.js'),
    };
    webview.html = panelHtml(assets, randomBytes(16).toString('hex'), vscode.env.language);
  }

  async #handle(message: PageMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        // The page starts anew whenever it was hidden; it knows nothing.
        this.#outbox.forget();
        this.#update();
        return;
      case 'bind':
        if (this.#isOfApp(message.file)) await this.#documents.bind(message.file);
        return;
      case 'edit':
        await this.#documents.edit(message);
        return;
      case 'save':
        if (this.#isOfApp(message.file)) await this.#documents.save(message.file);
        return;
      case 'reveal':
        await this.#reveal(message.file, message.line);
        return;
      case 'compare':
        await this.#compare(message.object);
        return;
      case 'commit':
        await this.#act((context, signal) => runCommit(context, message, signal));
        return;
      case 'sync':
        await this.#act(runSync);
        return;
      case 'unfollow':
        this.#run?.abort();
        return;
      case 'dismissNotice':
        this.#notice = undefined;
        this.#show();
    }
  }

  /** The page may only name files that it was given. */
  #isOfApp(file: string): boolean {
    return this.#picture?.files.some(({ path }) => path === file) ?? false;
  }

  async #reveal(file: string, line: number | undefined): Promise<void> {
    const isKnown = this.#isOfApp(file) || this.#picture?.effect.problems.some((problem) => problem.file === file);
    if (isKnown !== true) return;
    const at = new vscode.Position((line ?? 1) - 1, 0);
    const uri = fileUri(this.#repository.reader.root, file);
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at) });
  }

  async #compare(object: string): Promise<void> {
    const key = this.#picture?.keys.find((each) => each === object);
    if (key !== undefined) await this.#deps.compareWithCluster(this.app, key);
  }

  /** One run at a time; whatever it did, the picture is read again afterwards. */
  async #act(work: (context: ActContext, signal: AbortSignal) => Promise<void>): Promise<void> {
    const state = this.#state();
    if (this.#run !== undefined || this.#picture === undefined || state === undefined) return;
    const run = new AbortController();
    this.#run = run;
    const context: ActContext = {
      deps: this.#deps,
      repository: this.#repository,
      documents: this.#documents,
      state,
      changeSet: this.#picture.changeSet,
      report: (progress) => {
        const isNew = this.#progress?.state !== progress.state;
        this.#progress = progress;
        if (isNew) this.#update();
        this.#show();
      },
    };
    try {
      this.#notice = undefined;
      await work(context, run.signal);
    } finally {
      this.#run = undefined;
      await this.#repository.overview.refresh();
      this.#update();
    }
  }

  #state(): AppState | undefined {
    return this.#repository.overview.state.apps.find(({ app }) => app.id === this.app);
  }

  #update(): void {
    this.#inBackground(this.#updates.request());
  }

  async #readPicture(): Promise<void> {
    const picture = await this.#pictures.read(this.#progress?.state === 'running');
    if (picture === undefined) {
      this.#sayGone();
      return;
    }
    this.#picture = picture;
    this.#panel.title = this.#deps.t('{0}: Change & Sync', picture.app.name);
    this.#show();
  }

  /** The last picture stays, so that nothing typed is lost. */
  #sayGone(): void {
    const { t } = this.#deps;
    if (this.#repository.overview.state.phase === 'loading') return;
    const message = t('The repository does not declare this app any more; what is shown is its last state.');
    this.#notice = { severity: 'warning', message, next: t('Undo the change that removed it, or close this panel.') };
    this.#show();
  }

  #show(): void {
    if (this.#picture === undefined) return;
    const { app, files, effect, act } = this.#picture;
    this.#outbox.show({ app, files, effect, act, progress: this.#progress, notice: this.#notice, schemas: [] });
  }

  #post(message: HostMessage): void {
    // A hidden page is gone and asks for everything when it comes back, so a lost message is no loss.
    void this.#panel.webview.postMessage(message);
  }

  /** Work that nobody waits for: its failure is shown in the panel and said in the log. */
  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (isAbort(error)) return;
      this.#deps.log.error(messageOf(error));
      this.#notice = { severity: 'error', message: messageOf(error) };
      this.#show();
    });
  }
}
