import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { projectRoot } from '../../scripts/lab/projectPaths.ts';

describe('plumbline and a program that asks for a login', function () {
  this.timeout(60_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'plumbline-login-'));
    execFileSync('git', ['init', '--quiet', folder]);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('says on standard error which program is waited for, and for which context', async () => {
    const given = path.join(folder, 'given-up');
    const plugin = path.join(folder, 'plugin.cjs');
    // Waits as for a person, until that person has given up.
    const script = `const fs = require('fs'); setInterval(() => { if (!fs.existsSync(${JSON.stringify(given)})) return; console.error('login was given up'); process.exit(1); }, 20);`;
    await writeFile(plugin, script);
    const kubeconfig = path.join(folder, 'kubeconfig');
    await writeFile(
      kubeconfig,
      `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]
users:
- name: u
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: '${process.execPath}', args: ['${plugin}'], interactiveMode: Never}}
contexts: [{name: prod, context: {cluster: c, user: u}}]
`,
    );
    const main = path.join(projectRoot, 'src/cli/main.ts');
    const args = [main, 'status', '--folder', folder, '--context', 'prod', '--kubeconfig', kubeconfig];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      if (said.includes('waiting for') && !existsSync(given)) void writeFile(given, '');
    });
    const exit = await new Promise((resolve) => child.on('close', resolve));
    const lines = said.split('\n');
    assert.equal(lines[0], `plumbline: waiting for ${process.execPath} to log in to context prod`);
    assert.match(lines[1] ?? '', /^plumbline: The credentials of context prod could not be had: login was given up/);
    assert.notEqual(exit, 0);
  });
});
