import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findServed, hasReconciler, placeKey, selectTargets } from '../../../src/core/live/selectTargets.ts';
import type { SelectionInput } from '../../../src/core/live/selectTargets.ts';
import { resourceKey } from '../../../src/core/model/resource.ts';
import type { ResourceKey } from '../../../src/core/model/resource.ts';
import type { ServedKind, WatchTarget } from '../../../src/core/ports.ts';

function served(group: string, version: string, kind: string, more: Partial<ServedKind> = {}): ServedKind {
  const verbs = ['get', 'list', 'watch', 'patch'];
  return {
    group,
    version,
    kind,
    plural: `${kind.toLowerCase()}s`,
    isNamespaced: true,
    isPreferred: true,
    verbs,
    ...more,
  };
}

const kinds = [
  served('apps', 'v1', 'Deployment'),
  served('', 'v1', 'Namespace', { isNamespaced: false }),
  served('', 'v1', 'Binding', { verbs: ['create'] }),
  served('autoscaling', 'v2', 'HorizontalPodAutoscaler'),
  served('autoscaling', 'v1', 'HorizontalPodAutoscaler', { isPreferred: false }),
  served('kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization'),
];
const key = (group: string, kind: string, name: string, namespace?: string): ResourceKey =>
  resourceKey({ group, kind, name, namespace });
const short = ({ group, version, kind, namespace, name }: WatchTarget): string =>
  `${group}/${version} ${kind} ${namespace ?? '*'}${name === undefined ? '' : ` ${name}`}`;

function check(input: Partial<SelectionInput>, expected: readonly string[]): void {
  const { targets } = selectTargets({ needed: [], kinds, denied: [], namespaces: [], ...input });
  assert.deepEqual(targets.map(short), expected);
}

const kustomizations = 'kustomize.toolkit.fluxcd.io/v1 Kustomization *';

describe('choosing what to follow', () => {
  it('follows each pair of kind and namespace once, and reconciler kinds over the cluster', () => {
    const needed = [
      { key: key('apps', 'Deployment', 'a', 'web') },
      { key: key('apps', 'Deployment', 'b', 'web') },
      { key: key('apps', 'Deployment', 'c', 'shop') },
      { key: key('', 'Namespace', 'web') },
    ];
    check({ needed }, [kustomizations, 'apps/v1 Deployment web', 'apps/v1 Deployment shop', '/v1 Namespace *']);
  });

  it('asks for single objects of a namespace that may not be listed, but for no more than a few', () => {
    const denied = [{ group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespace: 'web' }];
    const needed = ['a', 'b'].map((name) => ({ key: key('apps', 'Deployment', name, 'web') }));
    check({ needed, denied }, [kustomizations, 'apps/v1 Deployment web a', 'apps/v1 Deployment web b']);
    check({ needed, denied: [...denied, ...denied.map((each) => ({ ...each, name: 'a' }))] }, [
      kustomizations,
      'apps/v1 Deployment web b',
    ]);
    const many = Array.from({ length: 50 }, (_, i) => ({ key: key('apps', 'Deployment', `d${String(i)}`, 'web') }));
    assert.equal(selectTargets({ needed: many, kinds, denied, namespaces: [] }).targets.length, 1 + 8);
  });

  it('follows the declared version when it is served, else the preferred one', () => {
    const hpa = key('autoscaling', 'HorizontalPodAutoscaler', 'a', 'web');
    check({ needed: [{ key: hpa, version: 'v1' }] }, [kustomizations, 'autoscaling/v1 HorizontalPodAutoscaler web']);
    check({ needed: [{ key: hpa, version: 'v2beta2' }] }, [
      kustomizations,
      'autoscaling/v2 HorizontalPodAutoscaler web',
    ]);
  });

  it('says which needed kinds are not served, or cannot be listed and watched', () => {
    const basket = key('shop.example', 'Basket', 'a', 'web');
    const binding = key('', 'Binding', 'b', 'web');
    const { unserved } = selectTargets({
      needed: [{ key: basket }, { key: binding }],
      kinds,
      denied: [],
      namespaces: [],
    });
    assert.deepEqual(unserved, [basket, binding]);
  });

  it('falls back to namespaces where the cluster may not be read, and gives up what is denied there too', () => {
    const all: WatchTarget = {
      group: 'kustomize.toolkit.fluxcd.io',
      version: 'v1',
      kind: 'Kustomization',
      plural: 'x',
    };
    const namespaces = ['flux-system', 'team-a'];
    const inFlux = 'kustomize.toolkit.fluxcd.io/v1 Kustomization flux-system';
    check({ denied: [all], namespaces }, [inFlux, 'kustomize.toolkit.fluxcd.io/v1 Kustomization team-a']);
    check({ denied: [all, { ...all, namespace: 'team-a' }], namespaces }, [inFlux]);
  });

  it('needs no selection of a namespace when the whole cluster is followed already', () => {
    const needed = [{ key: key('kustomize.toolkit.fluxcd.io', 'Kustomization', 'web', 'flux-system') }];
    check({ needed }, [kustomizations]);
  });

  it('places declared keys as the cluster holds them', () => {
    assert.equal(placeKey(key('apps', 'Deployment', 'a'), kinds, 'web'), key('apps', 'Deployment', 'a', 'web'));
    assert.equal(
      placeKey(key('apps', 'Deployment', 'a', 'shop'), kinds, 'web'),
      key('apps', 'Deployment', 'a', 'shop'),
    );
    assert.equal(placeKey(key('', 'Namespace', 'a', 'web'), kinds, 'web'), key('', 'Namespace', 'a'));
    assert.equal(placeKey(key('x', 'Unknown', 'a'), kinds, 'web'), key('x', 'Unknown', 'a'));
  });

  it('knows whether there is a reconciler', () => {
    assert.equal(hasReconciler(kinds), true);
    assert.equal(hasReconciler(kinds.slice(0, 3)), false);
    assert.equal(findServed(kinds, 'apps', 'StatefulSet'), undefined);
  });
});
