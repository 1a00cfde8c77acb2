import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../scripts/lab/projectPaths.ts';
import { runOrThrow } from '../scripts/lab/run.ts';
import { ensureTool } from './goTool.ts';
import type { GoTool } from './goTool.ts';
import type { RenderTimes } from './renderAll.ts';
import { notMeasured, observed } from './row.ts';
import type { Row } from './row.ts';

/** Apps of a repository, kustomize overlays and Helm charts by turns. */
const counts = [1, 10, 100, 300] as const;
/** The least of these; once for many apps, of which each is a sample already. */
const roundsOf = (count: number): number => (count < 100 ? 3 : 1);

/** The versions that the engine is built from (engine/render/go.mod). */
const kustomizeTool: GoTool = {
  name: 'kustomize',
  module: 'sigs.k8s.io/kustomize/kustomize/v5',
  version: 'v5.8.2',
  package: '.',
};
const helmTool: GoTool = { name: 'helm', module: 'helm.sh/helm/v4', version: 'v4.3.1', package: './cmd/helm' };

/** One call of a native programme. */
interface Call {
  readonly file: string;
  readonly args: readonly string[];
}

const deployment = (name: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: ${name}}}\n  template:\n    metadata: {labels: {app: ${name}}}\n    spec:\n      containers:\n      - name: main\n        image: example.com/${name}:1.0\n`;
const service = (name: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  selector: {app: ${name}}\n  ports: [{port: 80}]\n`;
const config = (name: string, level: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  LOG_LEVEL: ${level}\n`;

function overlayFiles(folder: string, name: string): Readonly<Record<string, string>> {
  return {
    [`${folder}/base/kustomization.yaml`]: 'resources: [deployment.yaml, service.yaml, config.yaml]\n',
    [`${folder}/base/deployment.yaml`]: deployment(name),
    [`${folder}/base/service.yaml`]: service(name),
    [`${folder}/base/config.yaml`]: config(name, 'info'),
    [`${folder}/overlays/prod/kustomization.yaml`]: `namespace: shop\nnamePrefix: prod-\nresources: [../../base]\nlabels: [{pairs: {tier: web}}]\nimages: [{name: example.com/${name}, newTag: "2.0"}]\npatches:\n- target: {kind: Deployment}\n  patch: |\n    - {op: replace, path: /spec/replicas, value: 5}\n`,
  };
}

function chartFiles(folder: string, name: string): Readonly<Record<string, string>> {
  const full = '{{ include "app.name" . }}';
  return {
    [`${folder}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`,
    [`${folder}/values.yaml`]: 'level: info\nreplicas: 2\n',
    [`${folder}/templates/_helpers.tpl`]: `{{- define "app.name" -}}{{ .Release.Name | trunc 53 }}-${name}{{- end -}}\n`,
    [`${folder}/templates/deployment.yaml`]: deployment(full).replace(
      'replicas: 2',
      'replicas: {{ .Values.replicas }}',
    ),
    [`${folder}/templates/service.yaml`]: service(full),
    [`${folder}/templates/config.yaml`]: config(full, '{{ .Values.level | quote }}'),
  };
}

/** Writes the apps and returns how the native programmes render each. */
async function writeApps(root: string, count: number, kustomize: string, helm: string): Promise<readonly Call[]> {
  const calls: Call[] = [];
  for (let index = 0; index < count; index += 1) {
    const isOverlay = index % 2 === 0;
    const name = `app-${String(index)}`;
    const files = isOverlay ? overlayFiles(name, name) : chartFiles(name, name);
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    }
    const folder = path.join(root, name);
    calls.push(
      isOverlay
        ? { file: kustomize, args: ['build', path.join(folder, 'overlays/prod')] }
        : { file: helm, args: ['template', name, folder] },
    );
  }
  return calls;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function least(rounds: number, work: () => Promise<number>): Promise<number> {
  let found = Infinity;
  for (let round = 0; round < rounds; round += 1) found = Math.min(found, await work());
  return found;
}

/** All calls, so many processes at a time. */
function runNative(calls: readonly Call[], processes: number): Promise<number> {
  const waiting = [...calls];
  const work = async (): Promise<void> => {
    for (let call = waiting.shift(); call !== undefined; call = waiting.shift()) await runOrThrow(call.file, call.args);
  };
  return time(() => Promise.all(Array.from({ length: processes }, work)));
}

async function runOwn(folder: string): Promise<RenderTimes> {
  const stdout = await runOrThrow(process.execPath, [path.join(projectRoot, 'bench/renderAll.ts'), folder]);
  // Edge: the programme beside this one prints nothing else.
  return JSON.parse(stdout) as RenderTimes;
}

function show(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

async function measureCount(scratch: string, count: number, tools: readonly [string, string]): Promise<readonly Row[]> {
  const rounds = roundsOf(count);
  const folderOf = (round: number): string => path.join(scratch, `${String(count)}-${String(round)}`);
  const own: RenderTimes[] = [];
  let calls: readonly Call[] = [];
  for (let round = 0; round < rounds; round += 1) {
    calls = await writeApps(folderOf(round), count, ...tools);
    own.push(await runOwn(folderOf(round)));
  }
  const one = await least(rounds, () => runNative(calls, 1));
  const two = await least(rounds, () => runNative(calls, 2));
  const leastOf = (pick: (times: RenderTimes) => number): number => Math.min(...own.map(pick));
  const what = `render: ${String(count)} ${count === 1 ? 'app' : 'apps'}`;
  const against = (milliseconds: number): string =>
    `${(milliseconds / one).toFixed(2)} x one process after the other, ${(milliseconds / two).toFixed(2)} x two at a time`;
  return [
    observed(`${what}, native`, show(one), `kustomize build, helm template; two at a time ${show(two)}`),
    observed(`${what}, cold`, show(leastOf(({ cold }) => cold)), against(leastOf(({ cold }) => cold))),
    observed(
      `${what}, all changed`,
      show(leastOf(({ changed }) => changed)),
      against(leastOf(({ changed }) => changed)),
    ),
    observed(
      `${what}, none changed`,
      show(leastOf(({ unchanged }) => unchanged)),
      against(leastOf(({ unchanged }) => unchanged)),
    ),
  ];
}

/** Rendering whole repositories in the product's engine against the native programmes, one process for each app. */
export async function measureRender(progress: (line: string) => void): Promise<readonly Row[]> {
  const [kustomize, helm] = [await ensureTool(kustomizeTool, progress), await ensureTool(helmTool, progress)];
  if ('reason' in kustomize) return [notMeasured('render', '-', kustomize.reason)];
  if ('reason' in helm) return [notMeasured('render', '-', helm.reason)];
  const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-bench-'));
  try {
    const rows: Row[] = [];
    for (const count of counts) {
      progress(`bench: render ${String(count)} …`);
      rows.push(...(await measureCount(scratch, count, [kustomize.file, helm.file])));
    }
    return rows;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
