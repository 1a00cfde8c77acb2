import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { runOrThrow } from '../../scripts/lab/run.ts';
import type { ScratchRepository } from '../../scripts/testing/scratchRepository.ts';
import { storefrontRepository } from '../../scripts/testing/scratchRepository.ts';
import { runCli } from './runCli.ts';
import type { CliAnswer } from './runCli.ts';

/** Trouble that ends a call: nothing on stdout, one line on stderr, exit status 2. */
async function refuses(args: readonly string[], message: RegExp): Promise<void> {
  const { exit, stdout, stderr } = await runCli(args);
  assert.match(stderr, message);
  assert.deepEqual([exit, stdout, stderr.trimEnd().split('\n').length], [2, '', 1]);
}

/** Trouble with one part: told in one line, with the rest of the answer above it. */
async function tells(args: readonly string[], message: RegExp): Promise<CliAnswer> {
  const answer = await runCli(args);
  const told = answer.stdout.split('\n').filter((line) => line.startsWith('! '));
  assert.equal(told.length, 1, `one line of trouble in:\n${answer.stdout}`);
  assert.match(told[0] ?? '', message);
  assert.equal(answer.stderr, '');
  return answer;
}

const allApps = ['payments', 'web-staging', 'catalog', 'web', 'tools/load-test'];

function namesIn({ stdout }: CliAnswer): readonly string[] {
  const names = stdout.split('\n').map((line) => line.split(' ', 1).join(''));
  return allApps.filter((name) => names.includes(name));
}

const prodSize = 'apps/web/overlays/prod/web-size.yaml';

describe('the command line and bad input', () => {
  let folder: string;
  let scratch: string;
  let repository: ScratchRepository;

  const git = (...args: readonly string[]): Promise<unknown> =>
    runOrThrow('git', ['-c', 'user.name=Test', '-c', 'user.email=test@storefront.example', ...args], { cwd: folder });
  const file = (name: string): string => path.join(folder, name);

  before(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-cli-'));
    repository = await storefrontRepository();
    ({ folder } = repository);
  });

  after(async () => {
    await repository.remove();
    await rm(scratch, { recursive: true, force: true });
  });

  /** Changes a file of the repository for one call. */
  async function withText(name: string, change: (text: string) => string, act: () => Promise<void>): Promise<void> {
    const text = await readFile(file(name), 'utf8');
    await writeFile(file(name), change(text));
    try {
      await act();
    } finally {
      await writeFile(file(name), text);
    }
  }

  /** Adds a folder `bad` to the repository for one call. */
  async function withFolder(
    files: Readonly<Record<string, string | Uint8Array>>,
    act: () => Promise<void>,
  ): Promise<void> {
    try {
      for (const [name, content] of Object.entries(files)) {
        const at = file(`bad/${name}`);
        await mkdir(path.dirname(at), { recursive: true });
        await writeFile(at, content);
      }
      await act();
    } finally {
      await rm(file('bad'), { recursive: true });
    }
  }

  const broken = (text: string): string => `${text}   foo: [bar\n`;

  describe('in the repository', () => {
    it('names the line of a manifest that does not parse, once for all apps that read it', async () => {
      await withText('apps/web/base/deployment.yaml', broken, async () => {
        const place = /^! web-staging, web: apps\/web\/base\/deployment\.yaml:48: This is not valid YAML/;
        const answer = await tells(['status', '--folder', folder], place);
        assert.equal(answer.exit, 2);
        assert.deepEqual(namesIn(answer), allApps);
      });
    });

    it('does not call an app in sync that does not build', async () => {
      await withText(
        'apps/web/overlays/prod/kustomization.yaml',
        (text) => text.replace('namespace.yaml', 'nope.yaml'),
        async () => {
          const place =
            /web: apps\/web\/overlays\/prod\/kustomization\.yaml:5: apps\/web\/overlays\/prod\/nope\.yaml does not exist/;
          const answer = await tells(['diff', '--folder', folder], place);
          assert.equal(answer.exit, 2);
          assert.match(answer.stdout, /^No differences in what could be compared\./);
        },
      );
    });

    const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
    const chart = (template: string | Uint8Array): Readonly<Record<string, string | Uint8Array>> => ({
      'Chart.yaml': 'apiVersion: v2\nname: bad\nversion: 0.1.0\n',
      'templates/a.yaml': template,
    });
    const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: bad}
spec:
  source:
    repoURL: https://git.storefront.example/shop/storefront.git
    path: bad
    helm: {valueFiles: [nope.yaml]}
`;
    const binary = Uint8Array.from([0, 1, 2, 255, 254, 10, 0, 200]);
    const bomb = `${configMap}data: {x: "{{ range until 1000 }}{{ repeat 100000 "x" }}{{ end }}"}\n`;

    for (const [title, files, message] of [
      [
        'a template that does not parse',
        chart(`${configMap}data: {{ if }}\n`),
        /bad\/templates\/a\.yaml:4: .*missing value for if/,
      ],
      [
        'a template that writes 100 MB',
        chart(bomb),
        /bad\/templates\/a\.yaml renders to 95 MB.*look for what it repeats/,
      ],
      ['a binary template', chart(binary), /bad\/templates\/a\.yaml: .*control characters/],
      [
        'a values file that is not there',
        { ...chart(configMap), 'app.yaml': application },
        /bad\/app\.yaml:3: .*nope\.yaml.*does not exist/,
      ],
    ] as const) {
      it(`names the place of ${title}, and tells of all other apps`, async () => {
        await withFolder(files, async () => {
          const answer = await tells(['status', '--folder', folder], message);
          assert.equal(answer.exit, 2);
          assert.deepEqual(namesIn(answer), allApps);
        });
      });
    }

    it('takes the objects of an app whose manifest broke for what they were, not for new ones', async () => {
      await withText('clusters/prod/flux/web.yaml', broken, async () => {
        const answer = await tells(
          ['status', '--folder', folder],
          /clusters\/prod\/flux\/web\.yaml:16: This is not valid YAML/,
        );
        assert.match(answer.stdout, /^apps\/web\/overlays\/prod +kustomize +Unknown +Unknown +-$/m);
      });
    });

    it('points at the conflict markers that a merge left in a patch', async () => {
      const conflict = (text: string): string =>
        text.replace(/^.*replicas:.*$/m, (line) => `<<<<<<< HEAD\n${line}\n=======\n${line}0\n>>>>>>> other`);
      await withText(prodSize, conflict, async () => {
        const answer = await tells(
          ['status', '--folder', folder],
          /^! web: apps\/web\/overlays\/prod\/web-size\.yaml:6: A merge left its conflict markers here.*remove the markers/,
        );
        assert.deepEqual(namesIn(answer), allApps);
      });
    });

    it('reads the apps while HEAD is detached', async () => {
      await git('checkout', '--quiet', '--detach');
      const answer = await runCli(['status', '--folder', folder]);
      await git('checkout', '--quiet', 'main');
      assert.deepEqual([answer.exit, namesIn(answer), answer.stderr], [0, allApps, '']);
    });

    it('says that a revision is not known here', async () => {
      await refuses(
        ['render', 'web', '--revision', 'nope', '--folder', folder],
        /does not know the revision nope\. Fetch it first/,
      );
    });

    it('says that a repository has no commits and shows its apps all the same', async () => {
      const fresh = await storefrontRepository();
      await rm(path.join(fresh.folder, '.git'), { recursive: true });
      await runOrThrow('git', ['init', '--quiet'], { cwd: fresh.folder });
      try {
        const answer = await tells(['status', '--folder', fresh.folder], /no commits yet/);
        assert.ok(namesIn(answer).includes('tools/load-test'));
      } finally {
        await fresh.remove();
      }
    });

    it('says how to look into a damaged repository', async () => {
      const damaged = await storefrontRepository();
      await rm(path.join(damaged.folder, '.git/objects'), { recursive: true });
      await mkdir(path.join(damaged.folder, '.git/objects'));
      try {
        await refuses(['status', '--folder', damaged.folder], /damaged; git fsck/);
      } finally {
        await damaged.remove();
      }
    });

    it('says that a folder is in no repository, is none, or is a bare one', async () => {
      const bare = path.join(scratch, 'bare.git');
      await git('clone', '--quiet', '--bare', folder, bare);
      await refuses(['status', '--folder', scratch], /is not in a git work tree.*git init/);
      await refuses(['status', '--folder', path.join(scratch, 'nowhere')], /does not exist/);
      await refuses(['status', '--folder', bare], /Open a clone of it/);
    });
  });

  describe('on the way to a cluster', () => {
    const kubeconfig = (): string => path.join(scratch, 'kubeconfig');
    const live = (context: string): readonly string[] => [
      'status',
      '--folder',
      folder,
      '--context',
      context,
      '--kubeconfig',
      kubeconfig(),
    ];

    before(async () => {
      const text = `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users:
- {name: u, user: {token: abc}}
- {name: x, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: Never}}}
contexts:
- {name: prod, context: {cluster: c, user: u}}
- {name: dangling, context: {cluster: gone, user: u}}
- {name: plugin, context: {cluster: c, user: x}}
`;
      await writeFile(kubeconfig(), text);
    });

    it('says that the cluster does not answer', () =>
      refuses(live('prod'), /prod cannot be reached at https:\/\/127\.0\.0\.1:1: nothing listens there\. Check/));

    it('says which contexts there are', () =>
      refuses(live('gone'), /no context gone\. It has: prod, dangling, plugin\. Choose one/));

    it('names the line of a context that refers to nothing', () =>
      refuses(live('dangling'), /kubeconfig is broken at line 9: .*"gone".*Mend it/));

    it('says that a credential plugin is missing', () => refuses(live('plugin'), /no-such-plugin.*missing/));

    it('says that there is no kubeconfig, or where it breaks', async () => {
      const args = ['status', '--folder', folder, '--context', 'prod', '--kubeconfig'];
      await refuses([...args, path.join(scratch, 'none')], /No kubeconfig was found/);
      const bad = path.join(scratch, 'bad');
      await writeFile(bad, 'apiVersion: v1\nclusters: [\n');
      await refuses([...args, bad], /bad is broken at line \d: .*Mend it/);
    });

    it('says that a dump is none', async () => {
      const dump = path.join(scratch, 'dump.yaml');
      await writeFile(dump, 'a: [');
      await refuses(['diff', '--folder', folder, '--live', dump], /not valid YAML at line 1/);
      await writeFile(dump, 'a: b');
      await refuses(['diff', '--folder', folder, '--live', dump], /does not hold Kubernetes objects/);
    });

    it('does not claim sync for a commit that this clone does not have', async () => {
      const dump = path.join(scratch, 'live.yaml');
      const revision = 'a'.repeat(40);
      const item = `{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: web, namespace: flux-system}, status: {lastAppliedRevision: "main@sha1:${revision}"}}`;
      await writeFile(dump, `apiVersion: v1\nkind: List\nitems:\n- ${item}\n`);
      const answer = await tells(
        ['diff', 'web', '--folder', folder, '--live', dump],
        /runs commit aaaaaaa, which this clone does not have\. Fetch/,
      );
      assert.equal(answer.exit, 2);
    });
  });
});
