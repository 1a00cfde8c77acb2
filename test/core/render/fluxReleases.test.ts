import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { dependencyCircles } from '../../../src/core/apps/dependsOn.ts';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import type { App } from '../../../src/core/model/app.ts';
import { leavesDefinition } from '../../../src/core/render/crdPolicy.ts';
import { fluxReleaseName } from '../../../src/core/render/releaseName.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { sha256 } from '../../../src/core/model/sha256.ts';

async function read(...texts: readonly string[]): Promise<readonly App[]> {
  return (await discoverApps(new MemoryTree({ 'a.yaml': texts.join('---\n') }), [], new AbortController().signal)).apps;
}

function release(name: string, spec: string): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: ${name}, namespace: team}\nspec: {${spec}}\n`;
}

describe('SHA-256', () => {
  it('is that of the standard', () => {
    assert.equal(sha256(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    assert.equal(sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const long = 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq';
    assert.equal(sha256(long), '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1');
  });
});

describe('a HelmRelease’s release name', () => {
  it('is its own, or the object’s behind the target namespace, cut to 53 characters with a hash', async () => {
    const names = (
      await read(
        release('a', 'releaseName: own, targetNamespace: x'),
        release('b', 'targetNamespace: x'),
        release('c', ''),
      )
    ).map(fluxReleaseName);
    assert.deepEqual(names, ['own', 'x-b', 'c']);
    const whole = `${'n'.repeat(60)}-web`;
    const [app] = await read(release('web', `targetNamespace: ${'n'.repeat(60)}`));
    assert.ok(app !== undefined);
    assert.equal(fluxReleaseName(app), `${'n'.repeat(40)}-${sha256(whole).slice(0, 12)}`);
    assert.equal(fluxReleaseName(app).length, 53);
  });
});

describe('a chart’s definitions', () => {
  const cases: readonly (readonly [string, object, boolean, boolean, boolean])[] = [
    ['an installation creates a missing one', {}, false, false, false],
    ['an upgrade creates none unless told to', {}, false, true, true],
    ['an upgrade creates one when told to', { upgrade: { crds: 'Create' } }, false, true, false],
    ['an existing one is left alone', {}, true, true, true],
    ['creating never replaces', { upgrade: { crds: 'Create' } }, true, true, true],
    ['replacing compares', { upgrade: { crds: 'CreateReplace' } }, true, true, false],
    ['an installation may skip them', { install: { crds: 'Skip' } }, false, false, true],
    ['in the words of before', { install: { skipCRDs: true } }, false, false, true],
  ];
  for (const [name, spec, isLive, isInstalled, expected] of cases) {
    it(name, () => {
      // Edge: literals of the table above.
      assert.equal(leavesDefinition(spec as never, isLive, isInstalled), expected);
    });
  }
});

describe('apps that wait for others', () => {
  const waiting = (name: string, ...on: readonly string[]): string =>
    release(name, `dependsOn: [${on.map((each) => `{name: ${each}}`).join(', ')}]`);

  it('are in trouble when they wait for themselves, others are not', async () => {
    const apps = await read(
      waiting('a', 'b'),
      waiting('b', 'c', 'd'),
      waiting('c', 'a'),
      waiting('d', 'gone'),
      waiting('e', 'a'),
    );
    const found = dependencyCircles(apps);
    assert.deepEqual(
      [...found.keys()].map((id) => id.split('/')[1]),
      ['a', 'b', 'c'],
    );
    assert.equal(
      [...found.values()][0]?.message,
      'It waits for itself (dependsOn: a → b → c → a); Flux will never apply it.',
    );
  });
});
