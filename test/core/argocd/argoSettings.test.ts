import assert from 'node:assert/strict';
import { argoNamespace, readArgoSettings } from '../../../src/core/argocd/argoSettings.ts';
import type { ArgoSettings } from '../../../src/core/argocd/argoSettings.ts';
import { whyExcluded } from '../../../src/core/argocd/kindFilter.ts';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';

function read(data: JsonObject): ArgoSettings {
  const configMap = asKubeObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm' }, data });
  assert.ok(configMap !== undefined);
  return readArgoSettings(configMap);
}

const server = 'https://kubernetes.default.svc';

describe('the settings of Argo CD', () => {
  it('are its defaults without a word', () => {
    assert.deepEqual(read({}), {
      healthScripts: [],
      ignoreDifferences: [],
      ignoredStatus: 'all',
      ignoresAggregatedRoles: false,
      knownTypes: [],
      kinds: { excluded: [], included: [] },
      trackingMethod: 'annotation',
      instanceLabel: 'app.kubernetes.io/instance',
      installationId: undefined,
      problems: [],
    });
  });

  it('name health scripts by kind, by pattern, and in the map of old, over which a key of its own goes', () => {
    const old = [
      'cert-manager.io/Certificate:',
      '  health.lua: |',
      '    return {status = "Healthy"}',
      '  health.lua.useOpenLibs: true',
      'example.com/Thing:',
      '  health.lua: return nil',
    ].join('\n');
    const { healthScripts, problems } = read({
      'resource.customizations': old,
      'resource.customizations.health.example.com_Thing': 'return {}',
      'resource.customizations.useOpenLibs.example.com_Thing': 'true',
      'resource.customizations.health.ConfigMap': 'return {status = "Degraded"}',
      'resource.customizations.health.*.example.org_*': 'return {status = "Unknown"}',
      'resource.customizations.actions.apps_Deployment': 'discovery.lua: …',
    });
    assert.deepEqual(problems, []);
    assert.deepEqual(healthScripts, [
      { key: '*.example.org/*', lua: 'return {status = "Unknown"}', useOpenLibs: false },
      { key: 'ConfigMap', lua: 'return {status = "Degraded"}', useOpenLibs: false },
      { key: 'cert-manager.io/Certificate', lua: 'return {status = "Healthy"}\n', useOpenLibs: true },
      { key: 'example.com/Thing', lua: 'return {}', useOpenLibs: true },
    ]);
  });

  it('name ignored differences of one kind, of the core group and of all', () => {
    const { ignoreDifferences } = read({
      'resource.customizations.ignoreDifferences.admissionregistration.k8s.io_MutatingWebhookConfiguration':
        'jqPathExpressions:\n- .webhooks[]?.clientConfig.caBundle\nmanagedFieldsManagers: [injector]\n',
      'resource.customizations.ignoreDifferences.ConfigMap':
        'jsonPointers: [/data/a]\nmanagedFieldsManagers: [writer]\n',
      'resource.customizations.ignoreDifferences.all': 'managedFieldsManagers: [kube-controller-manager]\n',
    });
    const rules = ignoreDifferences.map((rule) => [
      `${rule.group ?? ''}/${rule.kind ?? ''}`,
      rule.jsonPointers,
      rule.jqPathExpressions,
      rule.managedFieldsManagers,
    ]);
    assert.deepEqual(rules, [
      ['*/*', [], [], ['kube-controller-manager']],
      // Argo CD looks managers up by group and kind, which the core group's key does not have.
      ['/ConfigMap', ['/data/a'], [], []],
      [
        'admissionregistration.k8s.io/MutatingWebhookConfiguration',
        [],
        ['.webhooks[]?.clientConfig.caBundle'],
        ['injector'],
      ],
    ]);
  });

  it('say what cannot be read, with key and line, and hold in all else', () => {
    const { problems, healthScripts } = read({
      'resource.customizations.ignoreDifferences.apps_Deployment': 'jsonPointers: [/a\n',
      'resource.customizations.health.a_b_C': 'return {}',
      'resource.customizations.colour.apps_Deployment': 'blue',
      'resource.customizations.useOpenLibs.apps_Deployment': 'yes',
      'resource.customizations.health.apps_Deployment': 'return {}',
    });
    assert.equal(healthScripts.length, 1);
    assert.equal(problems.length, 4);
    assert.match(problems.join('\n'), /ignoreDifferences\.apps_Deployment, line [23]: /);
    assert.match(problems.join('\n'), /health\.a_b_C: the name ends in <group>_<Kind>/);
    assert.match(problems.join('\n'), /there is no customization "colour"/);
    assert.match(problems.join('\n'), /"yes" is neither true nor false/);
  });

  it('tell how objects are tracked', () => {
    const { trackingMethod, instanceLabel, installationId } = read({
      'application.resourceTrackingMethod': 'annotation+label',
      'application.instanceLabelKey': 'argocd.argoproj.io/instance',
      installationID: 'west',
    });
    assert.deepEqual(
      [trackingMethod, instanceLabel, installationId],
      ['annotation+label', 'argocd.argoproj.io/instance', 'west'],
    );
  });

  it('tell of which objects a declared status is left out', () => {
    const words = { crd: 'crd', all: 'all', off: 'none', false: 'none', none: 'none', nonsense: 'all' };
    for (const [word, meaning] of Object.entries(words)) {
      const settings = read({ 'resource.compareoptions': `ignoreResourceStatusField: ${word}\n` });
      assert.equal(settings.ignoredStatus, meaning, word);
    }
  });

  it('live where the controller says that it runs', () => {
    const application = (status: JsonObject) =>
      asKubeObject({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { namespace: 'team' },
        status,
      });
    assert.equal(argoNamespace(application({ controllerNamespace: 'argocd' })!), 'argocd');
    assert.equal(argoNamespace(application({})!), 'team');
  });
});

describe('the kinds that Argo CD looks at', () => {
  const check = (data: JsonObject, group: string, kind: string, at = server): string | undefined =>
    whyExcluded(read(data).kinds, group, kind, at);
  const ciliumOut = 'resource.exclusions';
  const exclusions = { [ciliumOut]: '- apiGroups: ["*.io"]\n  kinds: [CiliumIdentity]\n  clusters: ["*"]\n' };
  const inclusions = { 'resource.inclusions': '- apiGroups: [apps]\n  kinds: ["*"]\n  clusters: ["https://*"]\n' };

  it('are all but those that change all the time', () => {
    assert.equal(check({}, 'apps', 'Deployment'), undefined);
    assert.equal(check({}, '', 'Event'), 'Argo CD never looks at objects of this kind.');
    assert.equal(check({}, 'coordination.k8s.io', 'Lease'), 'Argo CD never looks at objects of this kind.');
  });

  it('leave out what is excluded, and nothing else of its group', () => {
    assert.match(check(exclusions, 'cilium.io', 'CiliumIdentity') ?? '', /^resource\.exclusions of argocd-cm/);
    assert.equal(check(exclusions, 'cilium.io', 'CiliumNetworkPolicy'), undefined);
  });

  it('are the included ones alone on a cluster that has such a rule', () => {
    assert.equal(check(inclusions, 'apps', 'Deployment'), undefined);
    assert.match(check(inclusions, '', 'ConfigMap') ?? '', /^resource\.inclusions of argocd-cm/);
    assert.equal(check(inclusions, '', 'ConfigMap', 'http://edge'), undefined);
  });
});
