import assert from 'node:assert/strict';
import { AppCatalog, discoverApps } from '../../../src/core/apps/appCatalog.ts';
import type { Discovery } from '../../../src/core/apps/appCatalog.ts';
import type { RenderProblem } from '../../../src/core/model/rendering.ts';
import { keyOf } from '../../../src/core/model/resource.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';

const signal = new AbortController().signal;
const discover = (files: Readonly<Record<string, string>>): Promise<Discovery> =>
  discoverApps(new MemoryTree(files), [], signal);

const texts = (problems: Iterable<RenderProblem>): readonly string[] =>
  [...problems].map(
    ({ file, line, column, message }) =>
      `${file ?? '-'}:${String(line)}:${String(column)} ${message.split(';')[0] ?? ''}`,
  );
const ofApps = ({ refused }: Discovery): readonly string[] => texts([...refused.values()].flat());

const application = (spec: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n${spec}`;
const flux = (kind: string, spec: string, group = 'kustomize.toolkit.fluxcd.io/v1'): string =>
  `apiVersion: ${group}\nkind: ${kind}\nmetadata: {name: web}\nspec:\n${spec}`;

describe('fields of a type that the API server refuses', () => {
  it('are said of the app at the scalar, in lists and maps too, with what to write', async () => {
    const found = await discover({
      'a.yaml': application(`  source:
    targetRevision: 1.10
    path: 5
    helm:
      parameters:
      - {name: a, value: "1"}
      - {name: b, value: 2}
    kustomize:
      nameSuffix: -1
      commonLabels: {example.com/on: true}
      images: nginx
  syncPolicy:
    automated: {prune: "yes"}
`),
    });
    assert.deepEqual(ofApps(found), [
      'a.yaml:6:21 spec.source.targetRevision must be a string, here it is a number (1.1)',
      'a.yaml:7:11 spec.source.path must be a string, here it is a number (5)',
      'a.yaml:11:26 spec.source.helm.parameters.1.value must be a string, here it is a number (2)',
      'a.yaml:13:19 spec.source.kustomize.nameSuffix must be a string, here it is a number (-1)',
      'a.yaml:14:38 spec.source.kustomize.commonLabels.example.com/on must be a string, here it is a boolean (true)',
      'a.yaml:15:15 spec.source.kustomize.images must be a list, here it is a string ("nginx")',
      'a.yaml:17:24 spec.syncPolicy.automated.prune must be true or false, here it is a string ("yes")',
    ]);
    const [first, ...others] = [...found.refused.values()].flat();
    assert.match(first?.message ?? '', /the API server refuses the object\. Put it in quotes\.$/);
    assert.match(others.at(-1)?.message ?? '', /Write true or false, without quotes\.$/);
    assert.deepEqual([first?.code, first?.severity, found.problems], ['source.refused', 'error', []]);
  });

  it('are said of the file where the object is no app', async () => {
    const found = await discover({
      'source.yaml': flux('GitRepository', '  ref: {tag: 1.0}\n', 'source.toolkit.fluxcd.io/v1'),
    });
    assert.deepEqual(ofApps(found), []);
    assert.deepEqual(texts(found.problems), [
      'source.yaml:5:14 spec.ref.tag must be a string, here it is a number (1)',
    ]);
  });

  it('are no trouble where a null stands, which a server drops, a variable, or a field that nobody reads here', async () => {
    const found = await discover({
      'a.yaml': flux('Kustomization', '  prune: ${prune}\n  path: null\n  patches: []\n  retryInterval: 5\n'),
      'b.yaml': flux('HelmRelease', '  suspend: "{{ .x }}"\n  values: {a: 1}\n', 'helm.toolkit.fluxcd.io/v2'),
      'c.yaml': application('  source: {kustomize: {replicas: [{name: a, count: 1}, {name: b, count: "2"}]}}\n'),
    });
    assert.deepEqual([ofApps(found), found.problems], [[], []]);
  });

  it('are those of what a rendering makes of an object, not of the file that nobody applies', async () => {
    const object = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'web' },
      spec: { source: { repoURL: 'https://git.example.com/shop.git', path: 'x', targetRevision: '1.10' } },
    };
    const files = {
      'overlay/kustomization.yaml': 'resources: [../base/a.yaml]\n',
      'base/a.yaml': application(
        '  source: {repoURL: "https://git.example.com/shop.git", path: x, targetRevision: 1.10}\n',
      ),
    };
    const origin = { path: 'base/a.yaml' };
    const rendered = { key: keyOf(object), object, origin, transformations: [] };
    const catalog = new AppCatalog(undefined, ({ kind }) =>
      Promise.resolve({ objects: kind === 'kustomize' ? [rendered] : [], problems: [], reads: [] }),
    );
    assert.deepEqual(ofApps(await catalog.discover(new MemoryTree(files), [], signal)), []);
    assert.equal(ofApps(await discover(files)).length, 1);
  });
});
