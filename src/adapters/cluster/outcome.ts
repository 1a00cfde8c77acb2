import { numberAt, objectAt, stringAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import { readLines } from './readLines.ts';

/** How one LIST or WATCH ended. */
export type Outcome =
  | { readonly kind: 'listed' | 'ended'; readonly version: string; readonly hadEvents: boolean }
  /** 410: the version is too old, everything must be listed again. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'not-served' }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly wait?: number | undefined;
      readonly version?: string | undefined;
    };

/** Reads an answer other than 200; `wait` is `Retry-After` in milliseconds. */
export function outcomeOf(status: number, body: JsonObject, wait: number | undefined): Outcome {
  const message = stringAt(body, 'message') ?? `status ${status}`;
  if (status === 410) return { kind: 'expired' };
  if (status === 403) return { kind: 'forbidden', message };
  if (status === 404) return { kind: 'not-served' };
  return { kind: 'failed', message, wait };
}

/** An ERROR event carries a Status; 410 comes that way once a watch is under way. */
export function errorOutcome(status: JsonObject | undefined, version: string): Outcome {
  const code = numberAt(status, 'code') ?? 500;
  const seconds = numberAt(status, 'details', 'retryAfterSeconds');
  const outcome = outcomeOf(code, status ?? {}, seconds === undefined ? undefined : seconds * 1000);
  return outcome.kind === 'failed' ? { ...outcome, version } : outcome;
}

/** One line of a watch; throws for a line that was cut off. */
export function parseLine(line: string): JsonObject | undefined {
  // Network edge: JSON.parse is typed `any`; what it gives is read key by key.
  return objectAt({ event: JSON.parse(line) as Json }, 'event');
}

/** The Status behind an answer other than 200. */
export async function readStatus(body: AsyncIterable<Uint8Array>): Promise<JsonObject> {
  const lines: string[] = [];
  for await (const line of readLines(body)) lines.push(line);
  try {
    return parseLine(lines.join('\n')) ?? {};
  } catch {
    return { message: lines.join(' ').slice(0, 300) };
  }
}
