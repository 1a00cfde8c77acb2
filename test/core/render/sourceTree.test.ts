import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import { fluxArtifact } from '../../../src/core/render/fluxArtifact.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { SourceTree } from '../../../src/core/render/sourceTree.ts';
import type { ArtifactRules } from '../../../src/core/render/sourceTree.ts';
import type { FileTree } from '../../../src/core/ports.ts';

const signal = new AbortController().signal;

async function filesOf(tree: FileTree, folder = ''): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, kind } of (await tree.list(folder, signal)) ?? []) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (kind === 'folder') found.push(...(await filesOf(tree, path)));
    else if ((await tree.read(path, signal)) !== undefined) found.push(path);
  }
  return found;
}

async function kept(
  rules: ArtifactRules,
  files: readonly string[],
  ignores: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const all = Object.fromEntries(files.map((file) => [file, 'x']));
  const found = await filesOf(new SourceTree(new MemoryTree({ ...all, ...ignores }), rules));
  return found.filter((file) => !file.endsWith('.sourceignore'));
}

describe('the artifact of a GitRepository', () => {
  it('leaves out what Flux always leaves out', async () => {
    const files = ['.github/a.yaml', '.gitattributes', '.sops.yaml', 'a/.sops.yaml', 'a/logo.png', 'a/x.yaml'];
    assert.deepEqual(await kept({}, files), ['a/x.yaml']);
  });

  const cases: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
    ['names at any depth', 'b.yaml', ['a/b.yaml', 'b.yaml', 'c.yaml'], ['c.yaml']],
    ['paths from the root', '/a/b.yaml', ['a/b.yaml', 'c/a/b.yaml'], ['c/a/b.yaml']],
    ['folders', 'tests/', ['a/tests/b.yaml', 'tests', 'x/b.yaml'], ['tests', 'x/b.yaml']],
    ['everything but a folder', '/*\n!/deploy', ['a.yaml', 'deploy/b/c.yaml', 'docs/d.yaml'], ['deploy/b/c.yaml']],
    ['stars', 'a/**/c.yaml\n*.md', ['a/b/b/c.yaml', 'a/c.yaml', 'a/d.yaml', 'x/r.md'], ['a/d.yaml']],
    ['the last rule decides', '*.yaml\n!keep.yaml\n# keep.yaml', ['a.yaml', 'b/keep.yaml'], ['b/keep.yaml']],
    ['an exception to the usual rules', '!logo.png', ['logo.png'], ['logo.png']],
  ];
  for (const [name, ignore, files, expected] of cases) {
    it(`leaves out by its own rules: ${name}`, async () => {
      assert.deepEqual(await kept({ ignore }, files), expected);
    });
  }

  it('leaves out by .sourceignore files, each for its folder, over which its own rules stand', async () => {
    const files = ['a/x.yaml', 'a/y.yaml', 'x.yaml', 'y.yaml'];
    const ignores = { 'a/.sourceignore': 'x.yaml\n', '.sourceignore': 'y.yaml\n' };
    assert.deepEqual(await kept({}, files, ignores), ['x.yaml']);
    assert.deepEqual(await kept({ ignore: '!y.yaml' }, files, ignores), ['a/y.yaml', 'x.yaml', 'y.yaml']);
  });

  it('holds only the folders of a sparse checkout', async () => {
    assert.deepEqual(await kept({ folders: ['a/b'] }, ['a/b/c.yaml', 'a/d.yaml', 'e.yaml']), ['a/b/c.yaml']);
  });

  it('holds folders of other sources, and says which of them has to be fetched', async () => {
    const source = (name: string, spec: string): string =>
      `---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: ${name}, namespace: flux-system}\nspec: {${spec}}\n`;
    const here = 'url: "https://git.example.com/here"';
    const app = (name: string): string =>
      `---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name}, namespace: flux-system}\nspec: {path: ./x, sourceRef: {kind: GitRepository, name: ${name}}}\n`;
    const tree = new MemoryTree({
      'flux.yaml': [
        source('own', `${here}, include: [{repository: {name: again}, fromPath: lib, toPath: x/lib}]`),
        source('again', here),
        source('far', `${here}, include: [{repository: {name: other}}]`),
        source('other', 'url: "https://git.example.com/other", ref: {tag: v1}'),
        app('own'),
        app('far'),
      ].join(''),
      'x/a.yaml': 'x',
      'lib/b.yaml': 'x',
    });
    const remotes = [{ name: 'origin', urls: ['https://git.example.com/here'] }];
    const { apps } = await discoverApps(tree, remotes, signal);
    const [far, own] = apps;
    assert.ok(own !== undefined && far !== undefined);
    const artifact = await fluxArtifact(own, tree, signal);
    assert.deepEqual(await filesOf(artifact.tree, 'x'), ['x/a.yaml', 'x/lib/b.yaml']);
    const { problems } = await fluxArtifact(far, tree, signal);
    assert.deepEqual(
      problems.map(({ needs }) => needs),
      [{ kind: 'git', url: 'https://git.example.com/other', revision: 'v1' }],
    );
  });
});
