import type { DriftStep } from '../drift.ts';
import type { Example, Step } from './example.ts';

const stagingOverlay = 'apps/orders/overlays/staging/kustomization.yaml';

const history: readonly Step[] = [
  { message: 'Add charts and their values', author: 'Mira Odum', hoursAgo: 900, paths: ['charts', 'values'] },
  { message: 'Add the apps of the shop', author: 'Jon Falk', hoursAgo: 700, paths: ['apps', 'shared', 'handbook'] },
  {
    message: 'Let Argo CD and Flux apply everything',
    author: 'Mira Odum',
    hoursAgo: 400,
    paths: ['clusters', 'fleet', 'infrastructure', 'stores', 'promotions', 'depots'],
    edit: { file: stagingOverlay, from: 'newTag: 5.3.0-rc.2', to: 'newTag: 5.3.0-rc.1' },
  },
  { message: 'Try orders 5.3.0-rc.1 in staging', author: 'Jon Falk', hoursAgo: 60, paths: ['apps'] },
  {
    message: 'Try orders 5.3.0-rc.2 in staging',
    author: 'Jon Falk',
    hoursAgo: 20,
    paths: ['.'],
    edit: { file: stagingOverlay, from: 'newTag: 5.3.0-rc.1', to: 'newTag: 5.3.0-rc.2' },
  },
];

const stores = ['store-basel', 'store-bern', 'store-chur'];
const promotions = ['bread-bn', 'bread-ch', 'soup-bn', 'soup-ch'];
const depots = ['depot-north', 'depot-south'];

const drift: readonly DriftStep[] = [
  {
    reconciler: 'flux',
    what: 'Deployment orders-staging/orders: image 5.3.0-rc.2 → 5.3.0-rc.3',
    manager: 'kubectl-set',
    args: [
      ...['set', 'image', 'deployment/orders', '--namespace=orders-staging', '--field-manager=kubectl-set'],
      'orders=registry.pantry.example/orders:5.3.0-rc.3',
    ],
  },
  {
    reconciler: 'argocd',
    what: 'Deployment store-basel/register: spec.replicas 9 → 6',
    manager: 'kubectl-edit',
    args: [
      ...['patch', 'deployment', 'register', '--namespace=store-basel', '--field-manager=kubectl-edit', '--type=merge'],
      '--patch={"spec":{"replicas":6}}',
    ],
  },
];

/**
 * A grocer with everything that Argo CD, Flux, kustomize and Helm can do. No controller for sources, charts or decryption
 * runs in the lab: what needs one is shown as Git says it.
 */
export const pantry: Example = {
  name: 'pantry',
  placeholderUrl: 'https://git.pantry.example/shop/pantry.git',
  history,
  applied: {
    flux: {
      paths: ['repository', 'infrastructure', 'handbook', 'orders-staging'].map(
        (name) => `clusters/prod/flux/${name}.yaml`,
      ),
    },
    argocd: {
      paths: ['clusters/prod/argocd/root.yaml'],
      // The first sync brings Argo CD's own settings, after which it tracks otherwise: it is synced once more.
      waves: [
        ['pantry'],
        ['team-shop', 'team-kitchen', ...stores, ...promotions, ...depots],
        ['orders', 'receipts', 'pantry'],
      ],
    },
  },
  drift,
};
