import type { DriftStep } from '../drift.ts';
import type { Example, Step } from './example.ts';

const prodOverlay = 'apps/web/overlays/prod/kustomization.yaml';

const history: readonly Step[] = [
  { message: 'Add the payments service', author: 'Ada Kuhn', hoursAgo: 330, paths: ['apps/payments'] },
  { message: 'Add catalog and search', author: 'Ada Kuhn', hoursAgo: 290, paths: ['apps/catalog'] },
  {
    message: 'Add web with staging and prod',
    author: 'Noor Brandt',
    hoursAgo: 200,
    paths: ['apps/web'],
    edit: { file: prodOverlay, from: 'newTag: 1.14.2', to: 'newTag: 1.14.1' },
  },
  { message: 'Let Argo CD and Flux apply the apps', author: 'Noor Brandt', hoursAgo: 190, paths: ['clusters'] },
  { message: 'Add a load test to run by hand', author: 'Tomas Vey', hoursAgo: 75, paths: ['tools'] },
  {
    message: 'Release web 1.14.2 to prod',
    author: 'Noor Brandt',
    hoursAgo: 26,
    paths: ['.'],
    edit: { file: prodOverlay, from: 'newTag: 1.14.1', to: 'newTag: 1.14.2' },
  },
];

const edit = 'kubectl-edit';

const driftSteps: readonly DriftStep[] = [
  {
    reconciler: 'flux',
    what: 'Deployment shop-prod/web: spec.replicas 3 → 5',
    manager: edit,
    args: [
      ...['patch', 'deployment', 'web', '--namespace=shop-prod', `--field-manager=${edit}`, '--type=merge'],
      '--patch={"spec":{"replicas":5}}',
    ],
  },
  {
    reconciler: 'flux',
    what: 'Deployment catalog/catalog: env LOG_LEVEL info → debug',
    manager: 'kubectl-set',
    args: [
      ...['set', 'env', 'deployment/catalog', '--namespace=catalog', '--field-manager=kubectl-set'],
      'LOG_LEVEL=debug',
    ],
  },
  {
    reconciler: 'argocd',
    what: 'Deployment payments/payments: image 2.8.0 → 2.8.1-hotfix',
    manager: 'kubectl-set',
    args: [
      ...['set', 'image', 'deployment/payments', '--namespace=payments', '--field-manager=kubectl-set'],
      'payments=registry.storefront.example/shop/payments:2.8.1-hotfix',
    ],
  },
  {
    reconciler: 'argocd',
    what: 'Ingress shop-staging/web: host shop.staging → demo.staging',
    manager: edit,
    args: [
      ...['patch', 'ingress', 'web', '--namespace=shop-staging', `--field-manager=${edit}`, '--type=json'],
      '--patch=[{"op":"replace","path":"/spec/rules/0/host","value":"demo.staging.storefront.example"}]',
    ],
  },
];

/** A small shop, and how what it runs came to differ from Git: what a newcomer sees first. */
export const storefront: Example = {
  name: 'storefront',
  placeholderUrl: 'https://git.storefront.example/shop/storefront.git',
  history,
  applied: { flux: { paths: ['clusters/prod/flux'] }, argocd: { paths: ['clusters/prod/argocd'] } },
  drift: driftSteps,
};
