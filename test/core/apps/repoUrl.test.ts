import assert from 'node:assert/strict';
import { isRemoteUrl, normalizeRepoUrl } from '../../../src/core/apps/repoUrl.ts';

const spellings: readonly (readonly [string, string])[] = [
  ['https://git.example.com/platform/apps.git', 'git.example.com/platform/apps'],
  ['https://git.example.com/platform/apps', 'git.example.com/platform/apps'],
  ['https://git.example.com/platform/apps/', 'git.example.com/platform/apps'],
  ['https://git.example.com/platform/apps.git/', 'git.example.com/platform/apps'],
  ['https://GIT.example.com/platform/apps', 'git.example.com/platform/apps'],
  ['https://bot:token@git.example.com/platform/apps', 'git.example.com/platform/apps'],
  ['https://git.example.com:443/platform/apps', 'git.example.com/platform/apps'],
  ['https://git.example.com:8443/platform/apps', 'git.example.com:8443/platform/apps'],
  ['http://git.example.com:80/platform/apps', 'git.example.com/platform/apps'],
  ['ssh://git@git.example.com/platform/apps.git', 'git.example.com/platform/apps'],
  ['ssh://git@git.example.com:2222/platform/apps.git', 'git.example.com/platform/apps'],
  ['git@git.example.com:platform/apps.git', 'git.example.com/platform/apps'],
  ['git@git.example.com:/platform/apps.git', 'git.example.com/platform/apps'],
  ['git.example.com:platform/apps', 'git.example.com/platform/apps'],
  ['git://git.example.com/platform/apps.git', 'git.example.com/platform/apps'],
  ['file:///srv/git/apps.git', '/srv/git/apps'],
  ['/srv/git/apps.git', '/srv/git/apps'],
  ['/srv/git/apps/', '/srv/git/apps'],
  ['file:///srv/git/my%20apps', '/srv/git/my apps'],
];

describe('addresses of repositories', () => {
  for (const [url, expected] of spellings) {
    it(`reads ${url} as ${expected}`, () => {
      assert.equal(normalizeRepoUrl(url), expected);
    });
  }

  it('matches any address of any remote', () => {
    const remotes = [
      { name: 'backup', urls: ['/srv/git/apps.git'] },
      { name: 'origin', urls: ['git@git.example.com:platform/apps.git'] },
    ];
    assert.equal(isRemoteUrl('https://git.example.com/platform/apps', remotes), true);
    assert.equal(isRemoteUrl('file:///srv/git/apps', remotes), true);
  });

  it('tells other repositories, other paths and paths of another case apart', () => {
    const remotes = [{ name: 'origin', urls: ['git@git.example.com:platform/apps.git'] }];
    for (const url of [
      'https://git.example.org/platform/apps',
      'https://git.example.com/platform/apps-two',
      'https://git.example.com/Platform/apps',
      'https://git.example.com/apps',
    ]) {
      assert.equal(isRemoteUrl(url, remotes), false, url);
    }
  });
});
