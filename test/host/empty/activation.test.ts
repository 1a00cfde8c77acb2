import assert from 'node:assert/strict';
import type { ChannelListener } from 'node:diagnostics_channel';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
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

/** What loading the bundle and its `activate` take, without what the editor does before, between and after them. */
interface Activation {
  /** Milliseconds. */
  loading: number;
  activating: number;
}

type Loader = (module: NodeJS.Module, file: string) => void;

/** Times the bundle from within, since its exports cannot be reached before the editor calls them. */
function timeActivation(): Activation {
  const times: Activation = { loading: NaN, activating: NaN };
  // Node edge: deprecated since it slows loading down, and the one place where loading can be timed.
  const loaders = Reflect.get(createRequire(__filename), 'extensions') as Record<string, Loader>;
  const load = loaders['.js'];
  assert.ok(load !== undefined);
  const main = path.join(extension().extensionPath, 'dist', 'extension.cjs');
  loaders['.js'] = (module, file) => {
    const start = performance.now();
    load(module, file);
    if (file !== main) return;
    loaders['.js'] = load;
    times.loading = performance.now() - start;
    // Ours: what src/extension.ts exports.
    const bundle = module.exports as { readonly activate: (context: unknown) => unknown };
    const activate = (context: unknown): unknown => {
      const begin = performance.now();
      const result = bundle.activate(context);
      times.activating = performance.now() - begin;
      return result;
    };
    module.exports = { ...bundle, activate };
  };
  return times;
}

describe('the extension in a folder without manifests', () => {
  before(() => {
    assert.equal(extension().isActive, false, 'it must not be active before anything needs it');
  });

  it('activates without starting a process, a connection or a thread', async () => {
    const times = timeActivation();
    const start = performance.now();
    const started = await startedBy(async () => extension().activate());
    const awaited = performance.now() - start;
    assert.deepEqual(started, []);
    const { loading, activating } = times;
    assert.ok(loading > 0 && activating > 0, 'both were timed');
    const { PLUMBLINE_MEASURES } = process.env;
    const remark = `${loading.toFixed(1)} ms loading, ${activating.toFixed(1)} ms activate(); the editor's answer after ${awaited.toFixed(0)} ms`;
    const measures = { activation: loading + activating, activationRemark: remark };
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
