import assert from 'node:assert/strict';
import { parsePageMessage, parsePanelMessage } from '../../../src/protocol/panel.ts';
import { rejected, running, snapshot } from '../../webview/snapshots.ts';

describe('messages of the panel page', () => {
  const change = { startLine: 0, startCharacter: 0, endLine: 0, endCharacter: 0, text: 'x' };
  const good: readonly Readonly<Record<string, unknown>>[] = [
    { type: 'ready' },
    { type: 'bind', file: 'a.yaml' },
    { type: 'edit', file: 'a.yaml', version: 1, changes: [change] },
    { type: 'save', file: 'a.yaml' },
    { type: 'reveal', file: 'a.yaml' },
    { type: 'reveal', file: 'a.yaml', line: 3 },
    { type: 'compare', object: 'apps/Deployment/a/b' },
    { type: 'commit', files: ['a.yaml'], message: 'm', signOff: false, thenSync: true },
    { type: 'sync' },
    { type: 'unfollow' },
    { type: 'dismissNotice' },
  ];

  for (const message of good) {
    it(`accepts ${JSON.stringify(message)}`, () => {
      assert.equal(parsePageMessage(structuredClone(message)) !== undefined, true);
    });
  }

  it('refuses each of them without any one of its properties', () => {
    for (const message of good) {
      const needed = Object.keys(message).filter((key) => key !== 'line');
      for (const key of needed) {
        const rest = Object.fromEntries(Object.entries(message).filter(([name]) => name !== key));
        assert.equal(parsePageMessage(rest), undefined, `${JSON.stringify(message)} without ${key}`);
      }
    }
  });

  const bad: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['a text', 'ready'],
    ['a list', [{ type: 'ready' }]],
    ['an unknown type', { type: 'rm' }],
    ['a type that every object inherits', { type: 'constructor' }],
    ['a negative version', { type: 'edit', file: 'a', version: -1, changes: [] }],
    ['a fraction of a line', { type: 'reveal', file: 'a', line: 1.5 }],
    ['files that are no texts', { type: 'commit', files: [1], message: '', signOff: true, thenSync: true }],
    ['a flag given as a text', { type: 'commit', files: [], message: '', signOff: 'yes', thenSync: true }],
    ['a change without its end', { type: 'edit', file: 'a', version: 1, changes: [{ ...change, endLine: undefined }] }],
  ];
  for (const [what, message] of bad) {
    it(`refuses ${what}`, () => {
      assert.equal(parsePageMessage(message), undefined);
    });
  }
});

describe('messages of the panel host', () => {
  it('accepts a complete snapshot after a journey through JSON', () => {
    const sent: unknown = JSON.parse(
      JSON.stringify({ type: 'snapshot', snapshot: { ...snapshot, progress: running } }),
    );
    assert.deepEqual(parsePanelMessage(sent), sent);
  });

  it('accepts each part by itself', () => {
    const { app, files, effect, act } = snapshot;
    const parts = [
      { type: 'app', app },
      { type: 'files', files },
      { type: 'effect', effect },
      { type: 'act', act },
      { type: 'progress', progress: rejected },
      { type: 'progress' },
      { type: 'notice' },
      { type: 'text', file: 'a', version: 1, text: '' },
      { type: 'edited', file: 'a', version: 2 },
      { type: 'changed', file: 'a', from: 1, version: 2, changes: [] },
      { type: 'unbound', file: 'a', reason: 'gone' },
    ];
    for (const part of parts) assert.notEqual(parsePanelMessage(part), undefined, part.type);
  });

  it('refuses a snapshot with one wrong cell', () => {
    const broken: unknown = JSON.parse(JSON.stringify(snapshot).replace('"type":"value"', '"type":"html"'));
    assert.equal(parsePanelMessage({ type: 'snapshot', snapshot: broken }), undefined);
  });

  it('refuses a tone nobody knows', () => {
    const app = { ...snapshot.app, health: { word: 'Healthy', tone: 'pink' } };
    assert.equal(parsePanelMessage({ type: 'app', app }), undefined);
  });
});
