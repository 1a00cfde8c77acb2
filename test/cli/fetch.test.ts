import assert from 'node:assert/strict';
import { chart, startChartRepository } from '../adapters/fetch/servers.ts';
import { ScratchRepository } from '../adapters/git/scratchRepository.ts';
import { runCli } from './runCli.ts';

/** Runs the real command, with a cache and settings of its own; what it said is both of its outputs. */
async function plumbline(
  home: string,
  ...args: readonly string[]
): Promise<{ readonly exit: number; readonly said: string }> {
  const own = { XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home, DOCKER_CONFIG: home };
  const { exit, stdout, stderr } = await runCli(args, own);
  return { exit, said: stdout + stderr };
}

describe('fetching on the command line', function () {
  this.timeout(120_000);

  it('names what is missing, fetches it only when told to, and needs no network afterwards', async () => {
    const server = await startChartRepository([['web', '1.2.0', chart('web', '1.2.0')]]);
    const repository = new ScratchRepository();
    try {
      repository.save({
        'app.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec: {destination: {namespace: shop}, source: {repoURL: "http://${server.address}/charts", chart: web, targetRevision: 1.x}}\n`,
      });
      const render = (...more: readonly string[]): ReturnType<typeof plumbline> =>
        plumbline(repository.home, 'render', 'web', '--folder', repository.folder, ...more);
      const before = await render();
      assert.equal(before.exit, 2);
      assert.match(before.said, /app\.yaml:3: It needs the chart web 1\.x of http.*plumbline --fetch/);
      assert.deepEqual(server.asked, []);
      const fetched = await render('--fetch');
      assert.deepEqual([fetched.exit, /version: "?1\.2\.0"?/.test(fetched.said)], [0, true], fetched.said);
      await server.stop();
      assert.deepEqual(await render(), fetched);
    } finally {
      await server.stop();
      repository.remove();
    }
  });

  it('says in one line what cannot be fetched', async () => {
    const repository = new ScratchRepository();
    try {
      repository.save({ 'web/kustomization.yaml': 'resources: ["http://127.0.0.1:1/install.yaml"]\n' });
      const { exit, said } = await plumbline(repository.home, 'render', '--folder', repository.folder, '--fetch');
      assert.equal(exit, 2);
      assert.match(said, /^plumbline: 127\.0\.0\.1:1 cannot be reached: .*\n$/);
    } finally {
      repository.remove();
    }
  });
});
