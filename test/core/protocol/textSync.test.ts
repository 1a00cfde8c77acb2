import assert from 'node:assert/strict';
import { applyChanges, changeBetween, sameChanges } from '../../../src/protocol/textChange.ts';
import { acknowledged, bindText, isAcceptable, typed } from '../../../src/protocol/textSync.ts';

describe('the change between two texts', () => {
  const check = (before: string, after: string): void => {
    const change = changeBetween(before, after);
    assert.equal(change === undefined ? before : applyChanges(before, [change]), after);
  };

  it('turns the one into the other', () => {
    const texts = [
      '',
      'a',
      'a\nb\n',
      'a\r\nb\r\n',
      'a\r\n\r\nb\r\n',
      'aXb',
      'aab',
      'ab',
      'x: 😀\n',
      'x: 😁\n',
      'a\nb\nc\n',
    ];
    for (const before of texts) for (const after of texts) check(before, after);
  });

  it('is nothing for equal texts', () => {
    assert.equal(changeBetween('a\n', 'a\n'), undefined);
  });

  it('is as small as the common start and end allow', () => {
    const change = changeBetween('tag: 1.4.1\nname: web\n', 'tag: 1.4.2\nname: web\n');
    assert.deepEqual(change, { startLine: 0, startCharacter: 9, endLine: 0, endCharacter: 10, text: '2' });
  });

  it('never parts a surrogate pair', () => {
    assert.equal(changeBetween('😀', '😁')?.text, '😁');
  });

  it('never parts a line break of two characters', () => {
    const change = changeBetween('a\r\nb', 'a\r\nc\r\nb');
    assert.doesNotMatch(change?.text ?? '', /^\n|\r$/);
  });
});

describe('lists of changes', () => {
  const one = { startLine: 0, startCharacter: 0, endLine: 0, endCharacter: 1, text: 'x' };
  const two = { startLine: 3, startCharacter: 0, endLine: 3, endCharacter: 0, text: 'y' };

  it('are the same in any order', () => {
    assert.equal(sameChanges([one, two], [two, one]), true);
  });

  it('differ by one text', () => {
    assert.equal(sameChanges([one], [{ ...one, text: 'z' }]), false);
  });
});

describe('keeping the page and the document equal', () => {
  it('sends the first edit at once and what is typed meanwhile when it is acknowledged', () => {
    const first = typed(bindText('a.yaml', 7, 'a'), 'ab');
    assert.equal(first.edit?.version, 7);
    const meanwhile = typed(first.sync, 'abc');
    assert.equal(meanwhile.edit, undefined);
    const { edit } = acknowledged(meanwhile.sync, 8, 'abcd');
    assert.equal(edit?.version, 8);
    assert.equal(applyChanges('ab', edit.changes), 'abcd');
  });

  it('has nothing to send when the acknowledged text is what stands in the editor', () => {
    const first = typed(bindText('a.yaml', 1, 'a'), 'ab');
    const done = acknowledged(first.sync, 2, 'ab');
    assert.equal(done.edit, undefined);
    assert.deepEqual(done.sync, bindText('a.yaml', 2, 'ab'));
  });

  it('takes a change of somebody else only at its own version and with no edit under way', () => {
    const idle = bindText('a.yaml', 4, 'a');
    assert.equal(isAcceptable(idle, 4), true);
    assert.equal(isAcceptable(idle, 3), false);
    assert.equal(isAcceptable(typed(idle, 'ab').sync, 4), false);
  });

  it('starts over from the whole text after a conflict', () => {
    const lost = typed(bindText('a.yaml', 1, 'a'), 'ab').sync;
    const after = bindText(lost.file, 5, 'other');
    assert.equal(typed(after, 'other!').edit?.version, 5);
  });
});
