/** Draws numbers that a seed repeats (mulberry32). */
function drawer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Files = Record<string, string>;

/** Chooses by what a seed draws. */
class Chooser {
  readonly #draw: () => number;

  constructor(seed: number) {
    this.#draw = drawer(seed);
  }

  one<T>(all: readonly T[]): T {
    const found = all[Math.floor(this.#draw() * all.length)];
    if (found === undefined) throw new Error('there is nothing to choose from');
    return found;
  }

  some<T>(all: readonly T[], chance = 0.5): readonly T[] {
    return all.filter(() => this.#draw() < chance);
  }

  is(chance: number): boolean {
    return this.#draw() < chance;
  }

  upTo(most: number): number {
    return Math.floor(this.#draw() * (most + 1));
  }
}

/** Scalars on which YAML readers disagree, beside usual ones. */
const scalars = ['plain', '"quoted"', "'single'", '0644', 'yes', '"on"', '1e3', '0x1f', '~', 'true', '12.50', '2001-12-14', '1_000', '"\\u00e9"', 'ünïcode', '|\n    two\n    lines\n', '>-\n    folded\n    text\n'];
const images = ['nginx:1.25', 'ghcr.io/org/app', 'registry.example.com:5000/team/app:v1', 'redis@sha256:0123456789012345678901234567890123456789012345678901234567890123'];

function deployment(name: string, pick: Chooser): string {
  const containers = pick.some(['main', 'side', 'log'], 0.6);
  const list = (containers.length === 0 ? ['main'] : containers).map((each) => {
    const env = pick.some(['A', 'B', 'C']).map((key) => `\n            - {name: ${key}, value: "${key.toLowerCase()}${String(pick.upTo(9))}"}`);
    const ports = pick.is(0.4) ? `\n          ports: [{containerPort: ${String(8000 + pick.upTo(99))}}]` : '';
    return `\n        - name: ${each}\n          image: ${pick.one(images)}${ports}${env.length > 0 ? `\n          env:${env.join('')}` : ''}`;
  });
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: {app: ${name}}
spec:
  replicas: ${String(1 + pick.upTo(4))}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:${list.join('')}
`;
}

function configMap(name: string, pick: Chooser): string {
  const data = pick.some(['a', 'b', 'c', 'd'], 0.7).map((key) => {
    const scalar = pick.one(scalars);
    return `  ${key}: ${scalar}${scalar.endsWith('\n') ? '' : '\n'}`;
  });
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${data.length > 0 ? `data:\n${data.join('')}` : ''}`;
}

function service(name: string, pick: Chooser): string {
  return `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, annotations: {note: "${String(pick.upTo(9))}"}}\nspec: {selector: {app: ${name}}, ports: [{port: 80}, {port: ${String(81 + pick.upTo(9))}, protocol: UDP}]}\n`;
}

/** A repository with a base, perhaps a component, and an overlay `over`, drawn from a seed. */
export function generateOverlay(seed: number): Files {
  const pick = new Chooser(seed);
  const names = ['web', 'api', 'job'].slice(0, 1 + pick.upTo(2));
  const files: Files = {};
  const resources = names.flatMap((name) => {
    const kinds = { deploy: deployment, cm: configMap, svc: service } as const;
    return pick.some(Object.entries(kinds), 0.7).map(([short, make]) => {
      const file = `${name}-${short}.yaml`;
      files[`base/${file}`] = make(name, pick);
      return file;
    });
  });
  files['base/always.yaml'] = deployment('always', pick);
  files['base/kustomization.yaml'] = [
    `resources: [${[...resources, 'always.yaml'].join(', ')}]`,
    pick.is(0.3) ? 'commonLabels: {team: shop}' : '',
    pick.is(0.4) ? `configMapGenerator:\n  - name: gen\n    literals: [a=${String(pick.upTo(9))}, "b=x y"]` : '',
    pick.is(0.3) ? 'secretGenerator: [{name: sec, literals: [p=q], type: Opaque}]' : '',
    '',
  ].join('\n');
  const over = ['resources: [../base]', ...overlayFields(pick, files)];
  files['over/kustomization.yaml'] = `${over.join('\n')}\n`;
  return files;
}

function overlayFields(pick: Chooser, files: Files): readonly string[] {
  const fields: readonly (() => string)[] = [
    () => `namePrefix: ${pick.one(['p-', 'prod-'])}`,
    () => 'nameSuffix: -x',
    () => `namespace: ${pick.one(['shop', 'team-a'])}`,
    () => 'labels: [{pairs: {env: prod}, includeSelectors: false, includeTemplates: true}]',
    () => 'commonAnnotations: {owner: "me", number: "1"}',
    () => `images: [{name: ${pick.one(['nginx', 'ghcr.io/org/app', 'redis'])}, newTag: "${String(pick.upTo(9))}.0"}, {name: registry.example.com:5000/team/app, newName: mirror/app}]`,
    () => `replicas: [{name: always, count: ${String(pick.upTo(9))}}]`,
    () => {
      files['over/strategic.yaml'] = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: always, labels: {patched: "yes"}}\nspec: {template: {spec: {containers: [{name: main, env: [{name: B, value: patched}], resources: {limits: {cpu: ${String(1 + pick.upTo(3))}}}}, {name: extra, image: busybox}]}}}\n`;
      return 'patches: [{path: strategic.yaml}]';
    },
    () => 'patchesJson6902:\n  - target: {version: v1, group: apps, kind: Deployment, name: always}\n    patch: |-\n      - {op: add, path: /metadata/annotations, value: {json: patched}}\n      - {op: replace, path: /spec/replicas, value: 7}',
    () => 'replacements:\n  - source: {kind: Deployment, name: always, fieldPath: metadata.name}\n    targets: [{select: {kind: Deployment}, fieldPaths: [spec.template.metadata.labels.copied], options: {create: true}}]',
    () => {
      files['parts/kustomization.yaml'] = `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{target: {kind: Deployment}, patch: '[{"op": "add", "path": "/spec/minReadySeconds", "value": ${String(pick.upTo(60))}}]'}]\n`;
      return 'components: [../parts]';
    },
    () => 'configMapGenerator: [{name: gen, behavior: create, literals: [c=d], options: {disableNameSuffixHash: true, labels: {made: "yes"}}}]',
  ];
  return pick.some(fields, 0.4).map((each) => each());
}

/** A chart `chart` with perhaps a subchart, and a file of values, drawn from a seed. */
export function generateChart(seed: number): Files {
  const pick = new Chooser(seed);
  const hasSub = pick.is(0.5);
  const subs = hasSub ? `dependencies: [{name: sub, version: 0.1.0, condition: sub.enabled${pick.is(0.5) ? ', alias: other' : ''}}]\n` : '';
  const files: Files = {
    'chart/Chart.yaml': `apiVersion: v2\nname: chart\nversion: ${String(pick.upTo(9))}.1.0\nappVersion: "${String(pick.upTo(9))}"\n${subs}`,
    'chart/values.yaml': `name: web\nreplicas: ${String(pick.upTo(5))}\nlist: [${pick.some(['a', 'b', '"c d"']).join(', ')}]\nmap: {x: 1, y: "two"}\nempty: {}\nflag: ${String(pick.is(0.5))}\ntext: "{{ .Release.Name }}-{{ .Chart.Version }}"\nsub: {enabled: ${String(pick.is(0.7))}, size: 4}\nglobal: {env: dev}\n`,
    'values.yaml': `replicas: ${String(10 + pick.upTo(5))}\nmap: {y: null, z: 3.50}\nglobal: {env: prod}\n${pick.is(0.5) ? 'other: {size: 9}\n' : ''}`,
    'chart/templates/_help.tpl': '{{- define "full" -}}{{ printf "%s-%s" .Release.Name .Values.name | trunc 20 | trimSuffix "-" }}{{- end -}}\n{{- define "labels" }}\napp: {{ include "full" . }}\nenv: {{ .Values.global.env | quote }}\n{{- end }}\n',
  };
  const bodies: readonly string[] = [
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "full" . }}\n  labels: {{- include "labels" . | nindent 4 }}\ndata:\n  n: {{ .Values.replicas | quote }}\n  t: {{ tpl .Values.text . | quote }}\n  m: |\n    {{- toYaml .Values.map | nindent 4 }}\n',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ .Values.name }}}\nspec:\n  replicas: {{ .Values.replicas | default 1 }}\n  template:\n    spec:\n      containers:\n      {{- range $i, $each := .Values.list }}\n      - {name: c{{ $i }}, image: "x:{{ $each | replace " " "-" }}"}\n      {{- else }}\n      - {name: only, image: y}\n      {{- end }}\n',
    '{{- if .Values.flag }}\napiVersion: v1\nkind: Service\nmetadata: {name: svc, annotations: {sum: {{ include "full" . | sha256sum }}}}\nspec: {type: {{ ternary "A" "B" .Values.flag }}}\n{{- end }}\n',
    '{{- range $key, $value := .Values.map }}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s-{{ $key }}}\nstringData: {v: {{ $value | toString | b64enc }}}\n{{- end }}\n',
    'apiVersion: batch/v1\nkind: Job\nmetadata: {name: hook, annotations: {helm.sh/hook: "pre-install,post-upgrade", helm.sh/hook-weight: "-{{ .Values.replicas }}"}}\n',
    '{{- with .Values.empty }}\nnever: {{ . }}\n{{- end }}\n{{- $d := dict "a" 1 "b" (list 1 "x" true) }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: dict}\ndata: {j: {{ $d | toJson | quote }}, c: {{ .Files.Get "data/f.txt" | quote }}, k: "{{ .Capabilities.KubeVersion.Major }}"}\n',
  ];
  pick.some(bodies, 0.7).forEach((body, index) => {
    files[`chart/templates/t${String(index)}.yaml`] = body;
  });
  files['chart/templates/always.yaml'] = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}\n';
  if (pick.is(0.5)) files['chart/data/f.txt'] = 'a file\nof two lines\n';
  if (pick.is(0.4)) files['chart/crds/c.yaml'] = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: c.example.com}\nspec: {group: example.com}\n';
  if (hasSub) {
    files['chart/charts/sub/Chart.yaml'] = 'apiVersion: v2\nname: sub\nversion: 0.1.0\n';
    files['chart/charts/sub/values.yaml'] = 'size: 1\n';
    files['chart/charts/sub/templates/s.yaml'] = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Chart.Name }}-sub}\ndata: {size: "{{ .Values.size }}", env: {{ .Values.global.env }}}\n';
  }
  return files;
}
