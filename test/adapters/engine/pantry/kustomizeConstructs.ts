import type { Constructs } from './expectation.ts';

const prod = 'apps/orders/overlays/prod/kustomization.yaml';
const [orders, billing, menu] = ['argocd/orders', 'argocd/billing', 'argocd/menu'];
const container = '/spec/template/spec/containers/0';

/** What kustomize does, each where the example has it. */
export const kustomizeConstructs: Constructs = {
  bases: [
    { app: orders, object: 'Deployment shop-orders-v6', path: `${container}/env/0/value`, value: ':8080', from: 'apps/orders/base/deployment.yaml: value: ":8080"' },
  ],
  'bases of old kustomizations': [
    { app: billing, object: 'Service eu-billing', path: '/spec/ports/0/port', value: 443, from: 'apps/billing/base/billing.yaml: - port: 443' },
  ],
  components: [
    { app: orders, object: 'ConfigMap shop-orders-settings-v6', path: '/data/TRACE_SHARE', value: '0.1', from: 'apps/orders/components/tracing/kustomization.yaml: - TRACE_SHARE=0.1' },
  ],
  'generators with hashes: merged literals': [
    { app: orders, object: 'ConfigMap shop-orders-settings-v6', path: '/data/RETRIES', value: '5', from: `${prod}: - RETRIES=5` },
  ],
  'generators: files': [
    { app: orders, object: 'ConfigMap shop-orders-routing-v6', path: '/data/routes.json', value: '{ "express": "bike", "standard": "van" }\n', from: 'apps/orders/overlays/prod/routes.json: { "express": "bike", "standard": "van" }' },
  ],
  'generators: envs': [
    { app: orders, object: 'ConfigMap shop-orders-routing-v6', path: '/data/MAX_BASKET', value: '80', from: 'apps/orders/overlays/prod/limits.env: MAX_BASKET=80' },
  ],
  'generators: secrets': [
    { app: orders, object: 'Secret shop-orders-bus-v6', path: '/data/url', value: 'YW1xcDovL2J1cy5wYW50cnkuZXhhbXBsZQ==', from: `${prod}: - url=amqp://bus.pantry.example # no password: the bus knows the shop by its certificate` },
  ],
  generatorOptions: [
    { app: orders, object: 'ConfigMap shop-orders-routing-v6', path: '/metadata/labels/pantry.example~1generated', value: 'true', from: `${prod}: pantry.example/generated: "true"` },
  ],
  'generators in files': [
    { app: menu, object: 'ConfigMap opening-hours', path: '/data/OPEN', value: '07:30', from: 'apps/menu/generators/opening-hours.yaml: - OPEN=07:30' },
  ],
  replacements: [
    { app: orders, object: 'CronJob shop-sweep-v6', path: '/spec/jobTemplate/spec/template/spec/containers/0/args/2', value: 'shop-orders-v6', from: 'fleet/shop/orders.yaml: nameSuffix: -v6' },
  ],
  vars: [
    { app: billing, object: 'StatefulSet eu-billing', path: `${container}/args/1`, value: 'eu-billing', from: 'apps/billing/kustomization.yaml: namePrefix: eu-' },
  ],
  'transformers: namespace': [
    { app: menu, object: 'Kiosk entrance', path: '/metadata/namespace', value: 'menu', from: 'apps/menu/transformers/namespace.yaml: namespace: menu' },
  ],
  'transformers: labels': [
    { app: menu, object: 'Deployment menu', path: '/metadata/labels/pantry.example~1shelf', value: 'cold', from: 'apps/menu/transformers/shelf-label.yaml: pantry.example/shelf: cold' },
  ],
  'transformer configurations': [
    { app: billing, object: 'Ledger eu-main', path: '/spec/ownerService', value: 'eu-billing', from: 'apps/billing/kustomization.yaml: namePrefix: eu-' },
  ],
  commonLabels: [
    { app: billing, object: 'Service eu-billing', path: '/spec/selector/team', value: 'billing', from: 'apps/billing/kustomization.yaml: team: billing' },
  ],
  commonAnnotations: [
    { app: orders, object: 'Service shop-orders-v6', path: '/metadata/annotations/pantry.example~1on-call', value: 'team-orders', from: `${prod}: pantry.example/on-call: team-orders` },
  ],
  'labels without selectors': [
    { app: orders, object: 'Service shop-orders-v6', path: '/spec/selector/app.kubernetes.io~1name', value: 'orders', from: 'apps/orders/base/kustomization.yaml: app.kubernetes.io/name: orders' },
  ],
  namePrefix: [
    { app: billing, object: 'Service eu-billing', path: '/metadata/name', value: 'eu-billing', from: 'apps/billing/kustomization.yaml: namePrefix: eu-' },
  ],
  images: [
    { app: 'flux-system/orders-staging', object: 'Deployment orders', path: `${container}/image`, value: 'registry.pantry.example/orders:5.3.0-rc.2', from: 'apps/orders/overlays/staging/kustomization.yaml: newTag: 5.3.0-rc.2' },
  ],
  'patches: strategic merge in a file': [
    { app: orders, object: 'Deployment shop-orders-v6', path: `${container}/resources/requests/cpu`, value: '400m', from: 'apps/orders/overlays/prod/size.yaml: cpu: 400m' },
  ],
  'patches: JSON 6902 in a file': [
    { app: orders, object: 'Deployment shop-orders-v6', path: `${container}/readinessProbe/httpGet/path`, value: '/ready', from: 'apps/orders/overlays/prod/probe.json: { "op": "add", "path": "/spec/template/spec/containers/0/readinessProbe", "value": { "httpGet": { "path": "/ready", "port": 8080 } } }' },
  ],
  'patches: inline': [
    { app: orders, object: 'CronJob shop-sweep-v6', path: '/spec/schedule', value: '45 2 * * *', from: `${prod}: value: "45 2 * * *"` },
  ],
  patchesStrategicMerge: [
    { app: billing, object: 'Ledger eu-main', path: '/spec/keptFor', value: '12y', from: 'apps/billing/keep-longer.yaml: keptFor: 12y' },
  ],
  patchesJson6902: [
    { app: billing, object: 'StatefulSet eu-billing', path: '/spec/replicas', value: 2, from: 'apps/billing/grow.yaml: value: 2' },
  ],
  openapi: [
    { app: menu, object: 'Kiosk entrance', path: '/spec/screens/0/brightness', value: 85, from: 'apps/menu/kiosk-screen.yaml: brightness: 85' },
    { app: menu, object: 'Kiosk entrance', path: '/spec/screens/1/brightness', value: 60, from: 'apps/menu/kiosk.yaml: brightness: 60' },
  ],
  'buildMetadata: origins': [
    { app: orders, object: 'Service shop-orders-v6', path: '/metadata/annotations/config.kubernetes.io~1origin', value: 'path: ../../base/service.yaml\n', from: /./ },
  ],
  'buildMetadata: the version of kustomize': [
    { app: orders, object: 'Service shop-orders-v6', path: '/metadata/labels/app.kubernetes.io~1managed-by', value: 'kustomize-(devel)', from: /names its version/ },
  ],
  'a refused KRM function': [
    { app: 'kustomize:tools/stickers', says: /the plugin PriceTags is not run/, at: 'tools/stickers/prices.yaml: kind: PriceTags' },
  ],
  'a refused load from outside': [
    { app: 'kustomize:tools/till', says: /shared\/retention\.yaml is not in or below tools\/till/, at: 'tools/till/kustomization.yaml: - ../../shared/retention.yaml' },
  ],
  'buildOptions: loads from outside': [
    { app: 'argocd/receipts', object: 'ConfigMap retention', path: '/data/receipts', value: '10y', from: 'shared/retention.yaml: receipts: 10y' },
  ],
  'buildOptions: helmCharts': [
    { app: 'argocd/shop-window', object: 'ConfigMap window-printer', path: '/data/width', value: '44', from: 'apps/shop-window/kustomization.yaml: width: 44' },
  ],
  'remote bases': [
    { app: 'kustomize:apps/tasting', says: /It needs https:\/\/git\.pantry\.example\/shop\/common\.git at v1\.0/, at: 'apps/tasting/kustomization.yaml: - https://git.pantry.example/shop/common.git//tasting?ref=v1.0' },
  ],
};
