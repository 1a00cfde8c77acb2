import assert from 'node:assert/strict';
import type { ChannelListener } from 'node:diagnostics_channel';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { contributedCommands, extension } from '../extension.ts';

/** Channels on which Node announces every process, socket and thread that something starts. */
const channels = ['child_process', 'net.client.socket', 'worker_threads'];

/** Runs something and returns the stacks of what it started through files of the extension. */
async function startedBy(action: () => Promise<unknown>): Promise<readonly string[]> {
  const started: string[] = [];
  const depth = Error.stackTraceLimit;
  const listener: ChannelListener = (_message, name) => {
    const stack = new Error(String(name)).stack ?? '';
    // Other extensions live in the same process and start what they like.
    if (stack.includes(path.join(extension().extensionPath, 'dist'))) started.push(stack);
  };
  Error.stackTraceLimit = 100;
  for (const channel of channels) subscribe(channel, listener);
  try {
    await action();
  } finally {
    for (const channel of channels) unsubscribe(channel, listener);
    Error.stackTraceLimit = depth;
  }
  return started;
}

describe('the extension in a folder without manifests', () => {
  before(() => {
    assert.equal(extension().isActive, false, 'it must not be active before anything needs it');
  });

  it('activates without starting a process, a connection or a thread', async () => {
    const start = performance.now();
    const before = process.cpuUsage();
    const started = await startedBy(async () => extension().activate());
    const duration = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    assert.deepEqual(started, []);
    const { PLUMBLINE_MEASURES } = process.env;
    const measures = { activation: duration, activationProcessor: (user + system) / 1000 };
    if (PLUMBLINE_MEASURES) await writeFile(PLUMBLINE_MEASURES, JSON.stringify(measures));
  });

  it('sees a process that is started, so the test before can fail', async () => {
    const { spawn } = await import('node:child_process');
    const seen: unknown[] = [];
    const listener: ChannelListener = (message) => seen.push(message);
    subscribe('child_process', listener);
    spawn(process.execPath, ['--version']).unref();
    unsubscribe('child_process', listener);
    assert.equal(seen.length, 1);
  });

  it('registers every command that it contributes', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.notEqual(contributedCommands().length, 0);
    assert.deepEqual(
      contributedCommands().filter((command) => !registered.has(command)),
      [],
    );
  });
});
