import { isList, isObject } from './json.ts';
import type { Json } from './json.ts';

const LONGEST_VALUE = 60;

/** A value as it stands in one line of text: scalars as YAML reads them, larger values by their size. */
export function wordsOfValue(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (isList(value)) return count(value.length, 'item');
  if (isObject(value)) return count(Object.keys(value).length, 'field');
  const text = typeof value === 'string' ? value.replaceAll(/\s+/g, ' ') : JSON.stringify(value);
  if (text === '') return '""';
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

/** `name:tag`, where the name may start with a registry and its port. */
const taggedImage = /^(?<name>[^\s:@]+(?::\d+)?(?:\/[^\s:@]+)+|[^\s:@/]+):(?<tag>[^\s:@/]+)$/;

/** Two values of one field in words; of two images of the same repository only the tags are said. */
export function wordsOfChange(before: Json | undefined, after: Json | undefined): readonly [string, string] {
  const [from, to] = [before, after].map((value) =>
    typeof value === 'string' ? taggedImage.exec(value)?.groups : undefined,
  );
  const isSameImage = from !== undefined && from.name === to?.name;
  return [wordsOfValue(isSameImage ? from.tag : before), wordsOfValue(isSameImage ? to?.tag : after)];
}

/** `1 item`, `2 items`. */
export function count(n: number, noun: string): string {
  return `${String(n)} ${noun}${n === 1 ? '' : 's'}`;
}

const steps = [
  { unit: 'd', seconds: 86_400 },
  { unit: 'h', seconds: 3_600 },
  { unit: 'min', seconds: 60 },
] as const;

/** How long ago an RFC 3339 time was, in the largest whole unit: `2 h ago`, `just now`; `undefined` for no or an unreadable time. */
export function wordsOfAge(time: string | undefined, now: Date): string | undefined {
  if (time === undefined) return undefined;
  const seconds = (now.getTime() - Date.parse(time)) / 1000;
  if (Number.isNaN(seconds)) return undefined;
  const step = steps.find((each) => seconds >= each.seconds);
  return step === undefined ? 'just now' : `${String(Math.floor(seconds / step.seconds))} ${step.unit} ago`;
}

/** A JSON pointer as people write field paths: `/spec/template/spec/containers/0/image` gives `spec.template.spec.containers[0].image`. */
export function wordsOfPath(pointer: string): string {
  return pointerParts(pointer).reduce((path, part) => {
    if (/^\d+$/.test(part)) return `${path}[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `${path}[${JSON.stringify(part)}]`;
    return path === '' ? part : `${path}.${part}`;
  }, '');
}

/** The unescaped reference tokens of a JSON pointer (RFC 6901). */
export function pointerParts(pointer: string): readonly string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The JSON pointer of reference tokens (RFC 6901). */
export function pointerOf(parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** A commit as people quote it: the first seven characters of a full hash, anything else as it is. */
export function shortRevision(revision: string): string {
  const commit = /[0-9a-f]{40}(?:[0-9a-f]{24})?$/.exec(revision)?.[0];
  return commit === undefined ? revision : commit.slice(0, 7);
}

/** What is said of an app whose manifests nobody fetches. */
export function elsewhereMessage(what: string): string {
  return `Its manifests come from ${what}, which Plumbline does not fetch.`;
}
