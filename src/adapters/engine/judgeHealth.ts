import type { HealthQuestion, ScriptVerdict } from '../../core/health/healthScripts.ts';
import { UserError } from '../../core/model/userError.ts';
import { readHealthReply } from './readHealthReply.ts';

/** Sends one request to the health module and returns its reply. */
export type AskHealth = (request: HealthQuestion) => Promise<Uint8Array>;

/** Objects in one request: far fewer than an engine's deadline has time for, and enough to make its start worth it. */
const mostObjects = 200;

/**
 * Judges any number of objects. The module answers in part where scripts without end used up a request's time; an object
 * whose script brings the module down (memory without end) is found by halves, so that it takes no verdict but its own.
 */
export async function judgeHealth(question: HealthQuestion, ask: AskHealth): Promise<readonly ScriptVerdict[]> {
  const verdicts: ScriptVerdict[] = [];
  while (verdicts.length < question.objects.length) {
    const objects = question.objects.slice(verdicts.length, verdicts.length + mostObjects);
    verdicts.push(...(await judgeSome({ ...question, objects }, ask)));
  }
  return verdicts;
}

async function judgeSome(question: HealthQuestion, ask: AskHealth): Promise<readonly ScriptVerdict[]> {
  const { objects } = question;
  try {
    const verdicts = readHealthReply(await ask(question));
    if (verdicts.length === 0) throw new UserError('engine-failed', 'The health engine gave no answer.');
    return verdicts;
  } catch (error) {
    const isScripts = error instanceof UserError && (error.code === 'engine-failed' || error.code === 'engine-timeout');
    if (!isScripts) throw error;
    if (objects.length <= 1) return [{ kind: 'unjudged', why: `The engine that runs health scripts ended on this object: ${error.message}` }];
    const half = Math.ceil(objects.length / 2);
    return judgeSome({ ...question, objects: objects.slice(0, half) }, ask);
  }
}
