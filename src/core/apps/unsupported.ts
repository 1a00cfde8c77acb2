import type { AppSource } from '../model/app.ts';

/** A source that is not rendered; `why` is a sentence for people. */
export function unsupported(why: string): AppSource {
  return { kind: 'unsupported', why };
}
