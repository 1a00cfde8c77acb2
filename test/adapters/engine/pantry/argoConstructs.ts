import type { Constructs } from './expectation.ts';

const container = '/spec/template/spec/containers/0';
const ordersApp = 'fleet/shop/orders.yaml';
const kitchenApp = 'fleet/kitchen/kitchen.yaml';
const sets = 'clusters/prod/argocd/sets';
const [orders, kitchen, staging] = ['argocd/orders', 'argocd/kitchen', 'argocd/kitchen-staging'];
const settings = 'ConfigMap main-kitchen-settings';

/** How Argo CD declares and changes apps. */
export const argoConstructs: Constructs = {
  source: [{ app: 'argocd/menu', has: 'Deployment menu' }],
  'sources with $ref': [
    { app: staging, object: 'Deployment kitchen', path: '/spec/replicas', value: 1, from: 'values/kitchen/staging.yaml: replicas: 1' },
    { app: staging, object: 'ConfigMap rota', path: '/data/cooks', value: '3', from: 'apps/kitchen-extras/rota.yaml: cooks: "3"' },
  ],
  'helm.valueFiles': [{ app: kitchen, object: 'Deployment main-kitchen', path: '/spec/replicas', value: 3, from: 'values/kitchen/common.yaml: replicas: 3' }],
  'helm.valueFiles with globs': [
    { app: kitchen, object: settings, path: '/data/pizza', value: '1', from: 'values/kitchen/sites/east.yaml: pizza: 1' },
    { app: kitchen, object: settings, path: '/data/tandoor', value: '2', from: 'values/kitchen/sites/west.yaml: tandoor: 2' },
  ],
  'helm.ignoreMissingValueFiles': [{ app: kitchen, has: 'Deployment main-kitchen' }],
  'helm.values': [{ app: staging, object: 'Deployment kitchen', path: `${container}/image`, value: 'registry.pantry.example/kitchen:7.2.0-rc.1', from: 'fleet/kitchen/kitchen-staging.yaml: tag: 7.2.0-rc.1' }],
  'helm.valuesObject': [{ app: kitchen, has: 'ConfigMap main-kitchen-printer' }],
  'helm.parameters': [{ app: kitchen, object: 'Deployment main-kitchen', path: `${container}/image`, value: 'registry.pantry.example/kitchen:7.20', from: `${kitchenApp}: value: "7.20"` }],
  'helm.fileParameters': [{ app: kitchen, object: settings, path: '/data/oven.conf', value: 'preheat=240\nfan=on\n', from: 'values/kitchen/oven.conf: preheat=240' }],
  'helm.releaseName': [{ app: kitchen, object: 'Deployment main-kitchen', path: '/metadata/name', value: 'main-kitchen', from: `${kitchenApp}: releaseName: main-kitchen` }],
  'helm.skipCrds': [{ app: kitchen, lacks: 'CustomResourceDefinition recipes.kitchen.pantry.example' }],
  'helm.skipTests': [{ app: kitchen, lacks: 'Pod main-kitchen-smoke' }, { app: staging, has: 'Pod kitchen-smoke' }],
  'helm.apiVersions and kubeVersion': [{ app: kitchen, has: 'PodDisruptionBudget main-kitchen' }],
  'kustomize.images': [{ app: orders, object: 'Deployment shop-orders-v6', path: `${container}/image`, value: 'mirror.pantry.example/orders:5.2.4', from: `${ordersApp}: - registry.pantry.example/orders=mirror.pantry.example/orders:5.2.4` }],
  'kustomize.namePrefix and nameSuffix': [{ app: orders, has: 'Service shop-orders-v6' }],
  'kustomize.commonLabels': [{ app: orders, object: 'Deployment shop-orders-v6', path: '/metadata/labels/pantry.example~1tier', value: 'front', from: `${ordersApp}: pantry.example/tier: front` }],
  'kustomize.commonAnnotations': [{ app: orders, object: 'Service shop-orders-v6', path: '/metadata/annotations/pantry.example~1contact', value: 'orders@pantry.example', from: `${ordersApp}: pantry.example/contact: orders@pantry.example` }],
  'kustomize.replicas': [{ app: orders, object: 'Deployment shop-orders-v6', path: '/spec/replicas', value: 6, from: `${ordersApp}: count: 6` }],
  'kustomize.patches': [{ app: orders, object: 'Service shop-orders-v6', path: '/spec/type', value: 'NodePort', from: `${ordersApp}: value: NodePort` }],
  'kustomize.components': [{ app: orders, object: 'Deployment shop-orders-v6', path: `${container}/env/1/value`, value: 'yes', from: 'apps/orders/components/gift-wrap/kustomization.yaml: value: { name: GIFT_WRAP, value: "yes" }' }],
  'kustomize.namespace': [{ app: orders, object: 'Service shop-orders-v6', path: '/metadata/namespace', value: 'orders-prod', from: `${ordersApp}: namespace: orders-prod` }],
  'directory.recurse': [{ app: 'argocd/signage', object: 'ConfigMap window-north', path: '/data/poster', value: 'pumpkin', from: 'apps/signage/windows/north.yaml: poster: pumpkin' }],
  'directory.include': [{ app: 'argocd/signage', lacks: 'ConfigMap sizes' }],
  'directory.exclude': [{ app: 'argocd/signage', lacks: 'ConfigMap window-winter' }],
  'directory.jsonnet': [{ app: 'argocd/signage', says: /Jsonnet, which Plumbline does not evaluate/, at: 'apps/signage/posters.jsonnet: {' }],
  '.argocd-source.yaml': [{ app: 'argocd/billing', object: 'StatefulSet eu-billing', path: `${container}/image`, value: 'registry.pantry.example/billing:1.9.7', from: 'apps/billing/.argocd-source.yaml: - registry.pantry.example/billing:1.9.7' }],
  '.argocd-source-<app>.yaml': [{ app: 'argocd/billing', object: 'Service eu-billing', path: '/metadata/annotations/pantry.example~1freeze', value: 'year-end', from: 'apps/billing/.argocd-source-billing.yaml: pantry.example/freeze: year-end' }],
  'CreateNamespace and managedNamespaceMetadata': [{ app: orders, object: 'Namespace orders-prod', path: '/metadata/labels/pantry.example~1team', value: 'orders', from: `${ordersApp}: pantry.example/team: orders` }],
  'a plugin': [{ app: 'argocd/catalogue-export', says: /config management plugin, which runs only inside Argo CD/, at: 'fleet/kitchen/catalogue-export.yaml: name: catalogue-export' }],
  'app of apps, three deep': [
    { app: 'argocd/pantry', has: 'Application team-shop' },
    { app: 'argocd/team-shop', object: 'Application orders', path: '/spec/revisionHistoryLimit', value: 10, from: 'fleet/shop/kustomization.yaml: value: 10' },
    { app: orders, has: 'Deployment shop-orders-v6' },
  ],
  'ApplicationSet: list, Go templates and sprig': [
    { app: 'argocd/store-chur', object: 'Deployment register', path: '/metadata/namespace', value: 'store-chur', from: /./ },
    { app: 'argocd/store-bern', object: 'Deployment register', path: '/spec/replicas', value: 2, from: 'stores/base/register.yaml: replicas: 2' },
  ],
  'ApplicationSet: templatePatch': [{ app: 'argocd/store-basel', object: 'Deployment register', path: '/spec/replicas', value: 9, from: 'stores/large/kustomization.yaml: count: 9' }],
  'ApplicationSet: matrix of git directories and files': [
    { app: 'argocd/soup-bn', object: 'ConfigMap banner-soup', path: '/metadata/namespace', value: 'promo-bn', from: 'stores/places/bern.yaml: code: bn' },
    { app: 'argocd/bread-ch', object: 'ConfigMap banner-bread', path: '/metadata/namespace', value: 'promo-ch', from: 'stores/places/chur.yaml: code: ch' },
  ],
  'ApplicationSet: merge': [
    { app: 'argocd/depot-south', object: 'ConfigMap shelf', path: '/metadata/annotations/pantry.example~1cooled', value: 'yes', from: `${sets}/depots.yaml: cooled: "yes"` },
    { app: 'argocd/depot-north', object: 'ConfigMap shelf', path: '/metadata/annotations/pantry.example~1cooled', value: 'no', from: `${sets}/depots.yaml: cooled: "no"` },
  ],
  'ApplicationSet: clusters': [{ app: 'argocd/set scales', says: /clusters generator\. Connect to the cluster that Argo CD runs in/, at: `${sets}/scales.yaml: - clusters:` }],
  'ApplicationSet: pull requests': [{ app: 'argocd/set previews', says: /pullRequest generator, which asks a Git service/, at: `${sets}/asked-elsewhere.yaml: - pullRequest:` }],
  'ApplicationSet: repositories of a Git service': [{ app: 'argocd/set recipes', says: /scmProvider generator, which asks a Git service/, at: `${sets}/asked-elsewhere.yaml: - scmProvider:` }],
  'ApplicationSet: plugin': [{ app: 'argocd/set coupons', says: /plugin generator, which only Argo CD can ask/, at: `${sets}/asked-elsewhere.yaml: - plugin:` }],
  'ApplicationSet: clusterDecisionResource': [{ app: 'argocd/set counters', says: /clusterDecisionResource generator, which only Argo CD can ask/, at: `${sets}/asked-elsewhere.yaml: - clusterDecisionResource:` }],
  'a chart of a Helm repository': [{ app: 'argocd/metrics', says: /It needs the chart metrics ~2\.1 of https:\/\/charts\.pantry\.example\/stable/, at: 'fleet/kitchen/metrics.yaml: name: metrics' }],
  'another Git repository': [{ app: 'argocd/partner-feed', says: /It needs https:\/\/git\.pantry\.example\/shop\/partner-feed\.git at v2\.4\.0/, at: 'fleet/kitchen/partner-feed.yaml: name: partner-feed' }],
};
