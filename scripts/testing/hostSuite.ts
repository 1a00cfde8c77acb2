import { existsSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../lab/projectPaths.ts';
import type { Outcome } from './outcome.ts';
import { singleOutcome, skippedOutcome, sumOutcomes } from './outcome.ts';
import { runInVsCode } from './runInVsCode.ts';
import type { ScratchRepository } from './scratchRepository.ts';
import { emptyFolder, policyRepository, storefrontRepository, trapRepository } from './scratchRepository.ts';
import type { SuiteContext } from './suites.ts';

interface Room {
  /** Folder of test/host whose tests run in it. */
  readonly name: string;
  readonly isTrusted: boolean;
  open(): Promise<ScratchRepository>;
}

/** Each room is a VS Code of its own with another folder open. */
const rooms: readonly Room[] = [
  { name: 'empty', isTrusted: true, open: emptyFolder },
  { name: 'storefront', isTrusted: true, open: storefrontRepository },
  { name: 'badInput', isTrusted: true, open: storefrontRepository },
  { name: 'policies', isTrusted: true, open: policyRepository },
  { name: 'untrusted', isTrusted: false, open: trapRepository },
];

async function testsOf(room: Room): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const file of glob(`test/host/${room.name}/**/*.test.ts`, { cwd: projectRoot })) files.push(file);
  return files.sort();
}

async function runRoom(room: Room, { grep, progress }: SuiteContext): Promise<Outcome> {
  const files = await testsOf(room);
  if (files.length === 0) return skippedOutcome(`no tests in test/host/${room.name}`);
  const repository = await room.open();
  try {
    const { folder } = repository;
    return await runInVsCode({ files, folder, isTrusted: room.isTrusted, grep }, progress);
  } finally {
    await repository.remove();
  }
}

/** Runs the tests of test/host in real VS Code, one after the other room. The extension must be built. */
export async function runHostTests(context: SuiteContext): Promise<Outcome> {
  if (!existsSync(path.join(projectRoot, 'dist/extension.cjs'))) {
    return singleOutcome(['dist/extension.cjs is missing: run npm run build first']);
  }
  const outcomes: Outcome[] = [];
  for (const room of rooms) outcomes.push(await runRoom(room, context));
  return sumOutcomes(outcomes);
}
