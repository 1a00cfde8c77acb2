import * as vscode from 'vscode';
import type { RepoPath } from '../../core/model/place.ts';
import { Coalescer } from '../coalescer.ts';
import { documentLink } from '../documents/documentTarget.ts';
import { Lifetime } from '../lifetime.ts';
import { editorRange, fileUri, locationOf } from '../repoUris.ts';
import { onSetting, severities } from '../settings.ts';
import type { RepositorySession } from '../workspace/repositorySession.ts';
import { isCurrent, planDiagnostics } from './plannedDiagnostic.ts';
import type { PlannedDiagnostic } from './plannedDiagnostic.ts';

/** Shortest time between two publications, in milliseconds. */
const publishEvery = 50;

const severityOf = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
} as const;

/** Puts findings into Problems, on the scalars that decide the fields; only files whose entries changed are touched. */
export class DiagnosticsPublisher {
  readonly #session: RepositorySession;
  readonly #codePage: vscode.Uri;
  readonly #life = new Lifetime();
  readonly #collection: vscode.DiagnosticCollection;
  #published: ReadonlyMap<string, string> = new Map();

  /** `codePage` is the page that explains the codes, one heading each. */
  constructor(session: RepositorySession, codePage: vscode.Uri) {
    this.#session = session;
    this.#codePage = codePage;
    this.#collection = this.#life.own(vscode.languages.createDiagnosticCollection('plumbline'));
    const publish = this.#life.own(
      Coalescer.leading(publishEvery, () => {
        this.#publish();
      }),
    );
    const request = (): void => {
      publish.request();
    };
    this.#life.own(session.onDidChange(request));
    this.#life.own(onSetting(['severity'], request));
  }

  dispose(): void {
    this.#life.dispose();
  }

  #publish(): void {
    const { current } = this.#session;
    const root = current?.reader.root;
    if (current === undefined || root === undefined) {
      this.#collection.clear();
      this.#published = new Map();
      return;
    }
    const planned = planDiagnostics(current.overview.state, severities());
    const documents = openDocuments();
    const next = new Map<string, string>();
    for (const [file, diagnostics] of planned) this.#publishFile(root, file, diagnostics, documents, next);
    for (const uri of this.#published.keys()) {
      if (!next.has(uri)) this.#collection.delete(vscode.Uri.parse(uri, true));
    }
    this.#published = next;
  }

  #publishFile(
    root: string,
    file: RepoPath,
    diagnostics: readonly PlannedDiagnostic[],
    documents: ReadonlyMap<string, vscode.TextDocument>,
    next: Map<string, string>,
  ): void {
    const uri = fileUri(root, file);
    const key = uri.toString();
    const document = documents.get(key);
    const shown = this.#published.get(key);
    const isStale = document !== undefined && !isCurrent((range) => document.getText(editorRange(range)), diagnostics);
    if (isStale) {
      if (shown !== undefined) next.set(key, shown);
      return;
    }
    const signature = JSON.stringify(diagnostics);
    next.set(key, signature);
    if (shown === signature) return;
    this.#collection.set(
      uri,
      diagnostics.map((diagnostic) => editorDiagnostic(root, this.#codePage, diagnostic)),
    );
  }
}

function openDocuments(): ReadonlyMap<string, vscode.TextDocument> {
  const documents = vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === 'file');
  return new Map(documents.map((document) => [document.uri.toString(), document]));
}

function editorDiagnostic(
  root: string,
  codePage: vscode.Uri,
  { code, severity, message, place, related, help, document }: PlannedDiagnostic,
): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(editorRange(place.range), message, severityOf[severity]);
  diagnostic.source = 'Plumbline';
  const behind = document === undefined ? codePage : documentLink(root, document);
  diagnostic.code = { value: code, target: help === undefined ? behind : vscode.Uri.parse(help, true) };
  diagnostic.relatedInformation = related.map(
    (each) => new vscode.DiagnosticRelatedInformation(locationOf(root, each.place), each.message),
  );
  return diagnostic;
}
