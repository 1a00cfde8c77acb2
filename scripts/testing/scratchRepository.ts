import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exampleFolder, projectRoot } from '../lab/projectPaths.ts';
import { runOrThrow } from '../lab/run.ts';

/** A repository for one test run. */
export interface ScratchRepository {
  readonly folder: string;
  remove(): Promise<void>;
}

/** An empty folder, no repository. */
export async function emptyFolder(): Promise<ScratchRepository> {
  const folder = await mkdtemp(path.join(tmpdir(), 'plumbline-empty-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The remote that the example's manifests name, so that its apps are recognised as this repository's. */
const exampleRemote = 'https://git.storefront.example/shop/storefront.git';

/** The same with settings that ask for a cluster whose credentials come from a program of the repository, as a trap would. */
export async function trapRepository(): Promise<ScratchRepository> {
  const scratch = await storefrontRepository();
  const { folder } = scratch;
  const kubeconfig = path.join(folder, 'kubeconfig.yaml');
  const exec = `{apiVersion: client.authentication.k8s.io/v1, command: touch, args: [${path.join(folder, 'sprung')}], interactiveMode: Never}`;
  const text = `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {exec: ${exec}}}]
contexts: [{name: trap, context: {cluster: c, user: u}}]
`;
  await writeFile(kubeconfig, text);
  await mkdir(path.join(folder, '.vscode'));
  const settings = { 'plumbline.contexts': ['trap'], 'plumbline.kubeconfig': kubeconfig };
  await writeFile(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
  return scratch;
}

/** The example repository with policies of each engine, one of each consequence, in its folder `rules`. */
export function policyRepository(): Promise<ScratchRepository> {
  const rules = path.join(projectRoot, 'test/host/policies/rules');
  return committed((folder) => cp(rules, path.join(folder, 'rules'), { recursive: true }));
}

/** A copy of the example repository with one commit and its remote, which nothing ever contacts. */
export function storefrontRepository(): Promise<ScratchRepository> {
  return committed(() => Promise.resolve());
}

async function committed(add: (folder: string) => Promise<void>): Promise<ScratchRepository> {
  const scratch = await emptyFolder();
  // The name is what the window's title says.
  const folder = path.join(scratch.folder, 'storefront');
  await cp(exampleFolder('storefront'), folder, { recursive: true });
  await add(folder);
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@storefront.example'];
  await runOrThrow('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder });
  await runOrThrow('git', ['remote', 'add', 'origin', exampleRemote], { cwd: folder });
  await runOrThrow('git', ['add', '--all'], { cwd: folder });
  await runOrThrow('git', [...identity, 'commit', '--quiet', '--message=Storefront'], { cwd: folder });
  return { folder, remove: () => scratch.remove() };
}
