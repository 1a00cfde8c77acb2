import type { Constructs } from './expectation.ts';

const [kitchen, staging] = ['argocd/kitchen', 'argocd/kitchen-staging'];
const container = '/spec/template/spec/containers/0';
const settings = 'ConfigMap main-kitchen-settings';

/** Helm's features and what each reconciler gives to a chart. */
export const helmConstructs: Constructs = {
  'chart folder': [
    { app: 'argocd/pantry-staging', object: 'Deployment pantry', path: '/spec/replicas', value: 1, from: 'charts/pantry/values.yaml: replicas: 1' },
  ],
  'charts/*.tgz': [
    { app: kitchen, object: 'Deployment main-kitchen-tickets', path: `${container}/resources/limits/memory`, value: '64Mi', from: /./ },
  ],
  'dependency alias': [
    { app: kitchen, object: 'Deployment main-kitchen-recipes', path: `${container}/resources/limits/memory`, value: '96Mi', from: 'fleet/kitchen/kitchen.yaml: value: 96Mi' },
  ],
  'dependency condition': [{ app: staging, lacks: 'Deployment kitchen-tickets' }, { app: kitchen, has: 'Deployment main-kitchen-tickets' }],
  'dependency tags': [{ app: staging, lacks: 'ConfigMap kitchen-printer' }, { app: kitchen, has: 'ConfigMap main-kitchen-printer' }],
  'import-values by child and parent': [
    { app: kitchen, object: settings, path: '/data/labelWidth', value: '58', from: 'charts/printer/values.yaml: width: 58' },
  ],
  'import-values of exports': [
    { app: kitchen, object: 'Deployment main-kitchen', path: `${container}/env/0/value`, value: 'main-kitchen-tickets:6379', from: 'fleet/kitchen/kitchen.yaml: releaseName: main-kitchen' },
  ],
  'library chart': [
    { app: kitchen, object: 'Deployment main-kitchen', path: '/metadata/labels/app.kubernetes.io~1name', value: 'kitchen', from: 'charts/kitchen/Chart.yaml: name: kitchen' },
  ],
  'crds/': [{ app: staging, has: 'CustomResourceDefinition recipes.kitchen.pantry.example' }],
  hooks: [
    { app: kitchen, object: 'Job main-kitchen-migrate', path: '/metadata/annotations/helm.sh~1hook-weight', value: '-5', from: 'charts/kitchen/templates/migrate.yaml: helm.sh/hook-weight: "-5"' },
  ],
  'values.schema.json': [
    { app: 'argocd/crowded-kitchen', says: /schema refuses the values at \/replicas: maximum: got 40, want 12/, at: 'values/kitchen/crowded.yaml: replicas: 40' },
  ],
  '.Files': [
    { app: kitchen, object: 'ConfigMap main-kitchen-files', path: '/data/doors.conf', value: 'door=north\n', from: 'charts/kitchen/config/doors.conf: door=north' },
  ],
  tpl: [
    { app: kitchen, object: settings, path: '/data/greeting', value: 'Welcome to main-kitchen', from: 'fleet/kitchen/kitchen.yaml: releaseName: main-kitchen' },
  ],
  capabilities: [{ app: kitchen, has: 'PodDisruptionBudget main-kitchen' }, { app: staging, lacks: 'PodDisruptionBudget kitchen' }],
  lookup: [
    { app: 'flux-system/night-kitchen', object: 'Secret kitchen-session', path: '/stringData/salt', value: undefined, from: /lookup|cluster/ },
  ],
  random: [{ app: kitchen, object: 'Secret kitchen-session', path: '/stringData/salt', value: undefined, from: /gives another value: a template draws it/ }],
};
