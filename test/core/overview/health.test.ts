import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { SnapshotConnection } from '../../../src/adapters/cluster/snapshotConnection.ts';
import type { HealthEngine, HealthQuestion, ScriptVerdict } from '../../../src/core/health/healthScripts.ts';
import { stringAt } from '../../../src/core/model/json.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { Overview } from '../../../src/core/overview/overview.ts';
import type { AppState, ResourceState } from '../../../src/core/overview/state.ts';
import type { ClusterConnection } from '../../../src/core/ports.ts';
import { quietLog } from '../../quietLog.ts';
import { quickClock } from './quickClock.ts';
import { memoryRepository } from './memoryRepository.ts';
import { noEngine, plainHasher } from './unasked.ts';

/** Stands for the engine's scripts, which the tests of the adapter run: says what it was asked, and answers by `judge`. */
class RecordingScripts implements HealthEngine {
  readonly asked: HealthQuestion[] = [];
  readonly #judge: (object: JsonObject) => ScriptVerdict;

  constructor(judge: (object: JsonObject) => ScriptVerdict) {
    this.#judge = judge;
  }

  judgeHealth(question: HealthQuestion): Promise<readonly ScriptVerdict[]> {
    this.asked.push(question);
    return Promise.resolve(question.objects.map(this.#judge));
  }
}

const issuerScript = { key: 'cert-manager.io/Issuer', isOverride: false };
const byPhase = (object: JsonObject): ScriptVerdict => {
  const status = stringAt(object, 'status', 'phase') ?? 'Progressing';
  return { kind: 'judged', status, message: 'as it says', script: issuerScript };
};

const application = `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  source: {repoURL: 'https://git.example.com/shop.git', path: web, targetRevision: main}
  destination: {server: 'https://kubernetes.default.svc', namespace: web}
`;

const synced = (resources = ''): string => `${application}
status:
  sync: {status: Synced, revision: a}
  health: {status: Healthy}
  reconciledAt: '2026-03-01T00:00:00Z'
  operationState: {phase: Succeeded, syncResult: {revision: a}}
  resources: [${resources}]
`;

const issuer = `apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: ca, namespace: web}
spec: {selfSigned: {}}
`;

const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: web}
data: {LOG_LEVEL: info}
`;

const liveIssuer = (phase: string): string => `apiVersion: cert-manager.io/v1
kind: Issuer
metadata:
  name: ca
  namespace: web
  annotations: {argocd.argoproj.io/tracking-id: 'web:cert-manager.io/Issuer:web/ca'}
spec: {selfSigned: {}}
status: {phase: ${phase}}
`;

const liveSettings = (level: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
  annotations: {argocd.argoproj.io/tracking-id: 'web:/ConfigMap:web/settings'}
data: {LOG_LEVEL: ${level}}
`;

const argocdCm = (data: string): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd}
data:
${data}
`;

const opened: Overview[] = [];

interface World {
  readonly files: Readonly<Record<string, string>>;
  readonly live: readonly string[];
  readonly scripts?: RecordingScripts;
}

function snapshotOf(objects: readonly string[]): SnapshotConnection {
  return new SnapshotConnection({ name: 'prod', files: [{ name: 'prod', text: objects.join('---\n') }] }, plainHasher);
}

async function settle({ files, live, scripts }: World): Promise<AppState> {
  const connection = snapshotOf(live);
  const { state } = await openOver(files, connection, scripts);
  const [app] = state.apps;
  assert.ok(app, 'the app is discovered');
  return app;
}

async function openOver(
  files: World['files'],
  connection: ClusterConnection,
  scripts = new RecordingScripts(byPhase),
): Promise<Overview> {
  const content = { working: files, commits: { a: files }, refs: { head: 'a', 'refs/remotes/origin/main': 'a' } };
  const repo = memoryRepository(content);
  const deps = { repo, engine: noEngine, health: scripts, hasher: plainHasher, clock: quickClock, log: quietLog };
  const overview = new Overview({ ...deps, comparesUnreconciled: true });
  opened.push(overview);
  overview.attach('prod', connection);
  await overview.refresh();
  await overview.whenSettled(AbortSignal.timeout(3000));
  return overview;
}

function resource({ resources }: AppState, kind: string): ResourceState | undefined {
  return resources.find(({ key }) => key.includes(`/${kind}/`));
}

const files = { 'clusters/web.yaml': application, 'web/issuer.yaml': issuer, 'web/settings.yaml': settings };

describe('the health of objects', () => {
  afterEach(() => {
    for (const overview of opened.splice(0)) overview.dispose();
  });

  it("is Argo CD's for an Argo app: of the script where there is one, and none for a kind that nothing judges", async () => {
    const app = await settle({ files, live: [synced(), liveIssuer('Degraded'), liveSettings('info')] });
    assert.deepEqual(resource(app, 'Issuer')?.health, {
      status: 'Degraded',
      message: 'as it says',
      rule: "Argo CD's health script for cert-manager.io/Issuer",
    });
    assert.equal(resource(app, 'ConfigMap')?.health, undefined);
  });

  it('asks the engine for scripted kinds only, once for all of them', async () => {
    const scripts = new RecordingScripts(byPhase);
    const second = issuer.replace('name: ca', 'name: other');
    const live = [
      synced(),
      liveIssuer('Healthy'),
      liveIssuer('Healthy').replaceAll('ca', 'other'),
      liveSettings('info'),
    ];
    await settle({ files: { ...files, 'web/other.yaml': second }, live, scripts });
    assert.deepEqual(
      scripts.asked.map(({ objects }) => objects.map(({ kind }) => kind)),
      [['Issuer', 'Issuer']],
    );
  });

  it('does not wake the engine for an app without scripted kinds', async () => {
    const scripts = new RecordingScripts(byPhase);
    const plain = { 'clusters/web.yaml': application, 'web/settings.yaml': settings };
    await settle({ files: plain, live: [synced(), liveSettings('info')], scripts });
    assert.deepEqual(scripts.asked, []);
  });

  it("runs the scripts of the cluster's argocd-cm, for kinds that Argo CD has none for too", async () => {
    const script = { key: 'ConfigMap', isOverride: true };
    const scripts = new RecordingScripts(() => ({ kind: 'failed', message: 'oh', line: 3, isEndless: false, script }));
    const cm = argocdCm('  resource.customizations.health.ConfigMap: return oh\n');
    const app = await settle({ files, live: [synced(), liveSettings('info'), cm], scripts });
    assert.deepEqual(scripts.asked[0]?.overrides, [{ key: 'ConfigMap', lua: 'return oh', useOpenLibs: false }]);
    assert.deepEqual(resource(app, 'ConfigMap')?.health, {
      status: 'Unknown',
      message: 'oh',
      rule: 'the health script of argocd-cm for ConfigMap',
    });
    assert.deepEqual(
      app.problems.map(({ severity, message }) => [severity, message]),
      [['warning', 'The health script of argocd-cm for ConfigMap, line 3: oh']],
    );
  });

  it('calls an object Missing that Argo CD would have to create', async () => {
    const served = argocdCm('  a: b\n');
    const app = await settle({ files, live: [synced(), liveIssuer('Healthy'), served] });
    assert.equal(resource(app, 'ConfigMap')?.health?.status, 'Missing');
  });

  it('is that of kstatus for a bare app, and the worst of it that of the app', async () => {
    const condition = "status: {conditions: [{type: Ready, status: 'False', message: not yet}]}";
    const unready = liveIssuer('Healthy').replace(/status: .*/, condition);
    const bare = { 'web/issuer.yaml': issuer, 'web/settings.yaml': settings };
    const scripts = new RecordingScripts(byPhase);
    const app = await settle({ files: bare, live: [unready, liveSettings('info')], scripts });
    assert.deepEqual(resource(app, 'ConfigMap')?.health?.status, 'Current');
    assert.deepEqual(resource(app, 'Issuer')?.health, { status: 'InProgress', message: 'not yet', rule: 'kstatus' });
    assert.equal(app.health.status, 'InProgress');
    assert.deepEqual(scripts.asked, []);
  });
});

describe("Argo CD's own settings", () => {
  afterEach(() => {
    for (const overview of opened.splice(0)) overview.dispose();
  });

  const world = [synced(), liveSettings('info'), liveIssuer('Healthy')];

  it('leave out of drift what they ignore', async () => {
    const live = [synced(), liveSettings('trace'), liveIssuer('Healthy')];
    const before = await settle({ files, live });
    assert.deepEqual(
      before.differences.map(({ field }) => field?.path),
      ['/data/LOG_LEVEL'],
    );
    const ignoring = '  resource.customizations.ignoreDifferences.ConfigMap: "jsonPointers: [/data/LOG_LEVEL]"\n';
    const after = await settle({ files, live: [...live, argocdCm(ignoring)] });
    assert.deepEqual(after.differences, []);
  });

  it('leave out of the comparison the kinds that they exclude', async () => {
    const other = liveIssuer('Healthy').replaceAll('ca', 'other');
    const excluding = '  resource.exclusions: "[{apiGroups: [cert-manager.io], kinds: [Issuer]}]"\n';
    const app = await settle({ files, live: [synced(), liveSettings('info'), other, argocdCm(excluding)] });
    const { diff } = resource(app, 'Issuer') ?? {};
    assert.equal(diff?.verdict, 'skipped');
    assert.equal(diff.reason, 'resource.exclusions of argocd-cm keeps Argo CD from objects of this kind.');
    assert.deepEqual(app.differences, []);
  });

  it('say how objects are tracked', async () => {
    const byLabel = (text: string): string =>
      text.replace(/annotations: .*/, 'labels: {argocd.argoproj.io/instance: web}');
    const tracking =
      '  application.resourceTrackingMethod: label\n  application.instanceLabelKey: argocd.argoproj.io/instance\n';
    const live = [synced(), byLabel(liveSettings('info')), byLabel(liveIssuer('Healthy')), argocdCm(tracking)];
    assert.deepEqual((await settle({ files, live })).differences, []);
  });

  it('are taken as the defaults where they may not be read, which the cluster says', async () => {
    const snapshot = snapshotOf(world);
    const connection: ClusterConnection = {
      context: 'prod',
      readKinds: () => snapshot.readKinds(),
      readSchemas: (apiVersion) => snapshot.readSchemas(apiVersion),
      follow: (target, onEvent) => {
        if (target.namespace !== 'argocd') return snapshot.follow(target, onEvent);
        onEvent({ type: 'state', target, state: { kind: 'forbidden', message: 'no' } });
        return { close: () => undefined };
      },
      send: (request) => snapshot.send(request),
      close: () => undefined,
    };
    const overview = await openOver(files, connection);
    assert.deepEqual(overview.state.clusters[0]?.status, {
      kind: 'partly-forbidden',
      denied: [
        'argocd: may not list configmaps',
        'argocd: may not read argocd-cm, so ignored differences and health scripts that it sets are not known',
      ],
    });
    const [app] = overview.state.apps;
    assert.deepEqual(app?.differences, []);
    assert.equal(app.resources.find(({ key }) => key.includes('/Issuer/'))?.health?.status, 'Healthy');
  });

  it('are said where they cannot be read', async () => {
    const broken = '  resource.exclusions: "[{"\n';
    const app = await settle({
      files,
      live: [synced(), liveSettings('info'), liveIssuer('Healthy'), argocdCm(broken)],
    });
    assert.equal(app.problems.length, 1);
    assert.match(app.problems[0]?.message ?? '', /^argocd-cm: resource\.exclusions, line 1: /);
  });
});

describe("a reconciler's own verdict", () => {
  afterEach(() => {
    for (const overview of opened.splice(0)) overview.dispose();
  });

  const theirs = (status: string, health: string): string =>
    `{version: v1, group: cert-manager.io, kind: Issuer, name: ca, namespace: web, status: ${status}, health: {status: ${health}}}`;
  const live = (status: string, health: string): readonly string[] => [
    synced(theirs(status, health)),
    liveIssuer('Degraded'),
    liveSettings('info'),
  ];

  it('is not repeated where it is the same', async () => {
    const app = await settle({ files, live: live('Synced', 'Degraded') });
    assert.equal(resource(app, 'Issuer')?.disagreements, undefined);
  });

  it('stands beside ours where it is another, with the rule that decided here', async () => {
    const app = await settle({ files, live: live('Synced', 'Healthy') });
    assert.deepEqual(resource(app, 'Issuer')?.disagreements, [
      {
        about: 'health',
        ours: 'Degraded',
        theirs: 'Healthy',
        why: "Here Argo CD's health script for cert-manager.io/Issuer decides, as of Argo CD 3.5; another version may decide otherwise.",
      },
    ]);
  });

  it('over the app stands beside the worst of its objects', async () => {
    const app = await settle({ files, live: live('Synced', 'Degraded') });
    assert.deepEqual(app.disagreements?.[0], {
      about: 'health',
      ours: 'Degraded',
      theirs: 'Healthy',
      why: 'Degraded is what Issuer ca is here. Argo CD last compared the app at 2026-03-01T00:00:00Z.',
    });
    const [reconciler = '', , other = ''] = live('Synced', 'Healthy');
    const healthy = await settle({ files, live: [reconciler, liveIssuer('Healthy'), other] });
    assert.equal(healthy.disagreements, undefined);
    const ignored = liveIssuer('Degraded').replace(
      'annotations: {',
      "annotations: {argocd.argoproj.io/ignore-healthcheck: 'true', ",
    );
    assert.equal((await settle({ files, live: [reconciler, ignored, other] })).disagreements, undefined);
  });

  it('is a hint on the Application', async () => {
    const app = await settle({ files, live: live('Synced', 'Healthy') });
    assert.deepEqual(
      app.findings.map(({ code, severity, place, message }) => [code, severity, place?.file, message.split('. ')[0]]),
      [
        [
          'verdict.disagrees',
          'hint',
          'clusters/web.yaml',
          'The reconciler in prod calls Issuer ca Healthy, here it is Degraded',
        ],
      ],
    );
  });

  it('may be older than the object', async () => {
    const [app, object, other] = live('OutOfSync', 'Healthy');
    const written = `metadata:
  managedFields:
  - {manager: cert-manager, operation: Update, subresource: status, time: '2026-03-02T09:00:00Z', fieldsType: FieldsV1, fieldsV1: {}}`;
    const state = await settle({ files, live: [app ?? '', (object ?? '').replace('metadata:', written), other ?? ''] });
    const why =
      'The object changed at 2026-03-02T09:00:00Z, after Argo CD last compared the app (2026-03-01T00:00:00Z).';
    assert.deepEqual(
      resource(state, 'Issuer')?.disagreements?.map((each) => [each.about, each.ours, each.theirs, each.why]),
      [
        ['sync', 'Synced', 'OutOfSync', why],
        ['health', 'Degraded', 'Healthy', why],
      ],
    );
  });
});
