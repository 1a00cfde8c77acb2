import assert from 'node:assert/strict';
import { bareApp } from '../../../src/core/apps/bareApp.ts';
import type { RepoPath } from '../../../src/core/model/place.ts';
import { DecisionFinder } from '../../../src/core/overview/decisionFinder.ts';
import type { Decisions, RenderedApp } from '../../../src/core/provenance/decidedFields.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';
import type { FileTree, RenderEngine } from '../../../src/core/ports.ts';

const asked = (): Promise<never> => Promise.reject(new Error('the engine was asked'));
const engine: RenderEngine = { kustomize: asked, helm: asked, applicationSet: asked };
const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {level: info, mode: fast}\n';
const files = { 'app/a.yaml': text, 'other/b.yaml': text, 'README.md': 'level: info\n' };
const signal = new AbortController().signal;

/** Counts what is read. */
class CountingTree extends MemoryTree {
  reads = 0;

  override read(path: RepoPath, at: AbortSignal): Promise<Uint8Array | undefined> {
    this.reads += 1;
    return super.read(path, at);
  }
}

async function rendered(tree: FileTree): Promise<readonly RenderedApp[]> {
  return Promise.all(
    ['app', 'other'].map(async (path) => {
      const app = bareApp('manifests', path);
      return { app, rendering: await renderApp(app, tree, engine, signal) };
    }),
  );
}

function fieldsOf(found: Decisions | undefined): readonly string[] {
  return (
    found?.apps.flatMap(({ app, fields }) => fields.map(({ path, effect }) => `${app.name} ${effect} ${path}`)) ?? []
  );
}

describe('finding what a scalar decides', () => {
  it('asks the apps that read the file, once for each scalar', async () => {
    const tree = new CountingTree(files);
    const apps = await rendered(tree);
    const finder = new DecisionFinder(engine, signal);
    const at = { file: 'app/a.yaml', offset: text.indexOf('info') + 1 };
    assert.deepEqual(fieldsOf(await finder.find(apps, tree, at, signal)), ['app decides /data/level']);
    const before = tree.reads;
    const again = await finder.find(apps, tree, { ...at, offset: at.offset + 2 }, signal);
    assert.deepEqual(fieldsOf(again), ['app decides /data/level']);
    assert.equal(tree.reads, before, 'nothing is read for the same scalar');
    const mode = await finder.find(apps, tree, { ...at, offset: text.indexOf('fast') }, signal);
    assert.deepEqual(fieldsOf(mode), ['app decides /data/mode']);
  });

  it('answers when somebody else who asked at the same time gives up', async () => {
    const tree = new CountingTree(files);
    const apps = await rendered(tree);
    const finder = new DecisionFinder(engine, signal);
    const at = { file: 'app/a.yaml', offset: text.indexOf('info') };
    const hovering = new AbortController();
    const given = finder.find(apps, tree, at, hovering.signal);
    const wanted = finder.find(apps, tree, at, signal);
    hovering.abort();
    await assert.rejects(given, { name: 'AbortError' });
    assert.deepEqual(fieldsOf(await wanted), ['app decides /data/level']);
  });

  it('reads nothing for a file that no app reads', async () => {
    const tree = new CountingTree(files);
    const apps = await rendered(tree);
    const before = tree.reads;
    const found = await new DecisionFinder(engine, signal).find(apps, tree, { file: 'README.md', offset: 8 }, signal);
    assert.equal(found, undefined);
    assert.equal(tree.reads, before);
  });

  it('asks a bounded number of apps and counts the others', async () => {
    const tree = new CountingTree(files);
    const [app] = await rendered(tree);
    assert.ok(app !== undefined);
    const many = Array.from({ length: 45 }, () => ({ ...app, rendering: { ...app.rendering } }));
    const at = { file: 'app/a.yaml', offset: text.indexOf('info') };
    const found = await new DecisionFinder(engine, signal).find(many, tree, at, signal);
    assert.deepEqual([found?.apps.length, found?.beyond], [40, 5]);
  });

  it('forgets what it knew when the tree is another one, and what was given up', async () => {
    const finder = new DecisionFinder(engine, signal);
    const tree = new CountingTree(files);
    const apps = await rendered(tree);
    const at = { file: 'app/a.yaml', offset: text.indexOf('info') };
    const aborted = AbortSignal.abort();
    await assert.rejects(finder.find(apps, tree, at, aborted));
    assert.deepEqual(fieldsOf(await finder.find(apps, tree, at, signal)), ['app decides /data/level']);
    const next = new CountingTree({ ...files, 'app/a.yaml': text.replace('level', 'depth') });
    const found = await finder.find(await rendered(next), next, at, signal);
    assert.deepEqual(fieldsOf(found), ['app decides /data/depth']);
  });
});
