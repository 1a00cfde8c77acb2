import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { targetKey } from '../../../src/core/live/liveStore.ts';
import { resourceKey } from '../../../src/core/model/resource.ts';
import { refusalWords } from '../../../src/core/overview/refusals.ts';

const maps = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespace: 'argocd' };
const needed = ['argocd-cm', 'other'].map((name) => ({
  key: resourceKey({ group: '', kind: 'ConfigMap', namespace: 'argocd', name }),
}));
const named = (name: string): ReturnType<typeof targetKey> => targetKey({ ...maps, name });

describe('what a cluster does not let see', () => {
  it('is said by namespace, with what that means for settings', () => {
    assert.deepEqual(refusalWords([maps, { ...maps, name: 'other' }], needed, new Set()), [
      'argocd: may not list configmaps',
      'argocd: may not read argocd-cm, so ignored differences and health scripts that it sets are not known',
    ]);
  });

  it('is less where single objects may be seen', () => {
    assert.deepEqual(refusalWords([maps], needed, new Set([named('argocd-cm')])), [
      'argocd: may not list all configmaps',
    ]);
  });

  it('is nothing where all that is needed is seen by name', () => {
    assert.deepEqual(refusalWords([maps], needed, new Set([named('argocd-cm'), named('other')])), []);
  });

  it('is the refusal itself where reconcilers’ objects were looked for', () => {
    const applications = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications' };
    assert.deepEqual(refusalWords([applications], needed, new Set()), ['whole cluster: may not list applications']);
  });
});
