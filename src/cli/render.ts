import { Document } from 'yaml';
import { AppCatalog } from '../core/apps/appCatalog.ts';
import { reduceSecret } from '../core/diff/secrets.ts';
import type { App } from '../core/model/app.ts';
import type { JsonObject } from '../core/model/json.ts';
import type { Rendering } from '../core/model/rendering.ts';
import { UserError } from '../core/model/userError.ts';
import { noCluster } from '../core/render/clusterView.ts';
import { renderApp } from '../core/render/renderApp.ts';
import type { Parts } from './parts.ts';

/** An app and what it renders to, Secret values reduced. */
export interface NamedRendering {
  readonly app: App;
  readonly rendering: Rendering;
}

/** Renders the asked apps at a revision, or from the working tree. */
export async function renderRevision(
  { repo, engine, hasher }: Parts,
  { revision, kubeVersion }: { readonly revision?: string | undefined; readonly kubeVersion?: string | undefined },
  isAsked: (app: App) => boolean,
  signal: AbortSignal,
): Promise<readonly NamedRendering[]> {
  const { reader } = repo;
  const { remotes } = await reader.readState(signal);
  const tree = revision === undefined ? reader.openWorkingTree() : await reader.openRevision(revision, signal);
  if (tree === undefined) {
    throw new UserError('usage', `This repository does not know the revision ${revision ?? ''}. Fetch it first.`);
  }
  const catalog = new AppCatalog(engine, (app, at, asker) => renderApp(app, at, engine, asker));
  const { apps } = await catalog.discover(tree, remotes, signal);
  const cluster = kubeVersion === undefined ? noCluster : { ...noCluster, capabilities: { kubeVersion } };
  const out: NamedRendering[] = [];
  for (const app of apps.filter(isAsked)) {
    const rendering = await renderApp(app, tree, engine, signal, { cluster });
    const objects = rendering.objects.map((each) => ({ ...each, object: reduceSecret(each.object, hasher) }));
    out.push({ app, rendering: { ...rendering, objects } });
  }
  return out;
}

/** The objects as one YAML stream, each app under a comment with its name; problems as comments too. */
export function renderText(all: readonly NamedRendering[]): string {
  return all.map(appText).join('');
}

function appText({ app, rendering }: NamedRendering): string {
  const problems = rendering.problems.map(({ severity, file, line, message }) => {
    const where = file === undefined ? '' : ` ${file}${line === undefined ? '' : `:${line}`}:`;
    return `# ${severity}:${where} ${message.replaceAll('\n', ' ')}\n`;
  });
  const objects = rendering.objects.map(({ object }) => `---\n${new Document(object).toString({ lineWidth: 0 })}`);
  return [`# ${app.id}\n`, ...problems, ...objects].join('');
}

/** The same for machines. */
export function renderingsJson(all: readonly NamedRendering[]): readonly JsonObject[] {
  return all.map(({ app, rendering }) => ({
    app: app.id,
    objects: rendering.objects.map(({ object }) => object),
    problems: rendering.problems.map(({ severity, message, file, line }) => ({
      severity,
      message,
      ...(file === undefined ? {} : { file }),
      ...(line === undefined ? {} : { line }),
    })),
  }));
}
