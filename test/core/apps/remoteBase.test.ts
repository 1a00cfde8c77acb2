import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readRemoteEntry } from '../../../src/core/apps/remoteBase.ts';

describe('entries of kustomizations that lead elsewhere', () => {
  const git = (url: string, revision: string, path: string): unknown => ({
    need: { kind: 'git', url, revision },
    path,
  });
  const cases: readonly (readonly [string, unknown])[] = [
    ['https://github.com/org/repo//deploy/base?ref=v1.2', git('https://github.com/org/repo', 'v1.2', 'deploy/base')],
    ['https://github.com/org/repo/deploy?ref=main&timeout=90s', git('https://github.com/org/repo', 'main', 'deploy')],
    ['github.com/org/repo//a?version=x', git('https://github.com/org/repo', 'x', 'a')],
    [
      'https://git.example.com/team/apps.git/base?ref=main',
      git('https://git.example.com/team/apps.git', 'main', 'base'),
    ],
    ['https://git.example.com/team/apps', git('https://git.example.com/team/apps', '', '')],
    ['git@git.example.com:team/apps.git//a?ref=b', git('git@git.example.com:team/apps.git', 'b', 'a')],
    ['ssh://git@git.example.com/team/apps.git//a', git('ssh://git@git.example.com/team/apps.git', '', 'a')],
    ['git::https://git.example.com/apps//x.yaml?ref=b', git('https://git.example.com/apps', 'b', 'x.yaml')],
    ['file:///srv/git/apps//a?ref=main', git('file:///srv/git/apps', 'main', 'a')],
    ['https://example.com/install.yaml', { need: { kind: 'file', url: 'https://example.com/install.yaml' }, path: '' }],
    ['../base', undefined],
    ['a/b.yaml', undefined],
    ['https://github.com/org/repo//../../x', undefined],
    ['apiVersion: v1\nkind: ConfigMap\nhttps://x/y', undefined],
  ];
  for (const [entry, expected] of cases) {
    it(`read ${JSON.stringify(entry)} as kustomize does`, () => {
      assert.deepEqual(readRemoteEntry(entry), expected);
    });
  }
});
