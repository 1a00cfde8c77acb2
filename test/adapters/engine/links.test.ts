import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'mocha';
import { Overview } from '../../../src/core/overview/overview.ts';
import { quickClock } from '../../core/overview/quickClock.ts';
import { plainHasher } from '../../core/overview/unasked.ts';
import { quietLog } from '../../quietLog.ts';
import { ScratchRepository } from '../git/scratchRepository.ts';
import { openPool } from './engineFixture.ts';

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
const chart = { 'bad/Chart.yaml': 'apiVersion: v2\nname: bad\nversion: 0.1.0\n' };
const application = (path: string, more = ''): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: bad}\nspec:\n  source:\n    repoURL: https://git.example.com/shop.git\n    path: ${path}\n${more}`;

interface Case {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  /** Target by the path of the link. */
  readonly links: Readonly<Record<string, string>>;
  readonly findings: readonly (readonly [place: string, message: RegExp])[];
  /** Objects that the app `bad` has all the same. */
  readonly objects?: number;
}

const cases: readonly Case[] = [
  {
    title: 'a values file that is a link out of the repository',
    files: { ...chart, 'bad/templates/a.yaml': configMap, 'bad.yaml': application('bad', '    helm:\n      valueFiles: [own.yaml]\n') },
    links: { 'bad/own.yaml': '/etc/hosts' },
    findings: [['bad.yaml:3', /bad\/own\.yaml/]],
  },
  {
    title: 'a chart’s own values that are a link out of the repository',
    files: { ...chart, 'bad/templates/a.yaml': configMap },
    links: { 'bad/values.yaml': '../../outside.yaml' },
    findings: [],
    objects: 1,
  },
  {
    title: 'a resource of a kustomization that is a link out of the repository',
    files: { 'bad/kustomization.yaml': 'resources: [a.yaml]\n' },
    links: { 'bad/a.yaml': '/etc/hosts' },
    findings: [['bad/kustomization.yaml:1', /bad\/a\.yaml/]],
  },
  {
    title: 'a base that is a link to a folder above the repository',
    files: { 'bad/kustomization.yaml': 'resources: [base]\n' },
    links: { 'bad/base': '../..' },
    findings: [['bad/kustomization.yaml:1', /bad\/base/]],
  },
  {
    title: 'a chart that is a link out of the repository',
    files: { 'bad.yaml': application('bad') },
    links: { bad: '/etc' },
    findings: [['bad.yaml:3', /bad does not exist/]],
  },
  {
    title: 'templates that are a link back to their chart',
    files: { ...chart, 'bad/templates/a.yaml': configMap },
    links: { 'bad/templates/again': '..', 'bad/more': '.' },
    findings: [],
    objects: 1,
  },
  {
    title: 'a folder of manifests with links in circles and out of the repository',
    files: { 'bad/a.yaml': configMap, 'bad.yaml': application('bad', '    directory: {recurse: true}\n') },
    links: { 'bad/up': '..', 'bad/self': '.', 'bad/hosts.yaml': '/etc/hosts', 'bad/loop.yaml': 'loop.yaml' },
    findings: [],
    objects: 1,
  },
];

describe('symbolic links from the disk to the findings', function () {
  this.timeout(60_000);
  const pool = openPool({ threads: 1 });
  let repo: ScratchRepository;

  beforeEach(() => {
    repo = new ScratchRepository();
    repo.write('../outside.yaml', 'a: [\n');
  });
  afterEach(() => {
    repo.remove();
  });
  after(() => {
    pool.dispose();
  });

  for (const { title, files, links, findings: expected, objects } of cases) {
    it(`takes ${title} for absent, and says so where that is missed`, async () => {
      for (const [at, target] of Object.entries(links)) {
        mkdirSync(dirname(join(repo.folder, at)), { recursive: true });
        symlinkSync(target, join(repo.folder, at));
      }
      repo.save({ ...files, 'good/kustomization.yaml': 'resources: [a.yaml]\n', 'good/a.yaml': configMap });
      const { reader } = await repo.open();
      const overview = new Overview({ repo: reader, engine: pool, health: pool, hasher: plainHasher, clock: quickClock, log: quietLog });
      try {
        await overview.refresh();
        await overview.whenSettled(AbortSignal.timeout(50_000));
        const { apps, problems } = overview.state;
        const findings = apps.flatMap((each) => each.findings);
        assert.deepEqual(
          findings.map(({ place, message }, i) => [`${place?.file ?? '-'}:${place?.range.line ?? '-'}`, expected[i]?.[1].test(message) === true ? 'as expected' : message]),
          expected.map(([place]) => [place, 'as expected']),
        );
        assert.deepEqual([problems, apps.length, apps.map(({ app, resources }) => [app.name.split('/').at(-1), resources.length])], [
          [],
          2,
          [['bad', objects ?? 0], ['good', 1]],
        ]);
        assert.doesNotMatch(JSON.stringify(overview.state), /localhost/);
      } finally {
        overview.dispose();
      }
    });
  }
});
