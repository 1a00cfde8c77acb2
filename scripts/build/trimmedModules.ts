import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { asJson, stringAt } from '../../src/core/model/json.ts';

const run = promisify(execFile);

/** Beside the rooms of the engine; not kept in Git. */
const trimmedFolder = '.trimmed';
/** Types of Kubernetes' API come with their form in protobuf in files of this name. */
const protobufFile = 'generated.pb.go';

/** Reading and writing protobuf, one top-level function each; what else such a file declares (`String`, `Reset`) stays. */
const protobufFunction =
  /^func (?:\(\w+ \*?\w+\) )?(?:Marshal|MarshalTo|MarshalToSizedBuffer|Unmarshal|Size|encodeVarint\w+|sov\w+|soz\w+|skip\w+)\(.*?^\}\n/gms;

/**
 * Gives the text of a `generated.pb.go` without reading and writing protobuf: engines speak JSON, but an interface that
 * somebody calls makes Go's linker keep the methods of all types, which are a sixth of the admission engine.
 */
export function withoutProtobuf(text: string): string {
  const kept = text.replace(protobufFunction, '');
  return kept.replace(/^import \(\n.*?^\)\n/ms, (imports) => {
    // Texts speak of packages too: strings.Replace(…, "ObjectMeta", "v1.ObjectMeta", 1).
    const code = kept.replace(imports, '').replaceAll(/"[^"\n]*"/g, '""');
    const used = imports.split('\n').filter((line) => {
      const [, alias, from = ''] = /^\s+(?:(\w+) )?"([^"]+)"$/.exec(line) ?? [];
      return from === '' || alias === '_' || new RegExp(`\\b${alias ?? path.posix.basename(from)}\\.`).test(code);
    });
    return used.join('\n');
  });
}

/** Under which name a trimmed dependency goes into a build: another rule for trimming makes it another one. */
export function trimmedName(dependency: string): string {
  return `${dependency}-${createHash('sha256').update(String(protobufFunction)).digest('hex').slice(0, 8)}`;
}

/**
 * Writes a go.mod that builds a room with some of its dependencies trimmed, for `go build -modfile`, and returns its
 * path. The trimmed copies lie beside the rooms, because Go writes their paths into what it builds. Throws what the Go
 * tool says.
 */
export async function trimmedGoMod(room: string, dependencies: readonly string[]): Promise<string> {
  const replacements: string[] = [];
  for (const each of dependencies) replacements.push(`replace ${each} => ../${await trimmedCopy(room, each)}\n`);
  const folder = path.join(room, '..', trimmedFolder, path.basename(room));
  await mkdir(folder, { recursive: true });
  const own = await readFile(path.join(room, 'go.mod'), 'utf8');
  await writeFile(path.join(folder, 'go.mod'), [own, ...replacements].join('\n'));
  await copyFile(path.join(room, 'go.sum'), path.join(folder, 'go.sum'));
  return path.join(folder, 'go.mod');
}

/** Makes the trimmed copy unless it is there, and returns its path from the folder of all rooms. */
async function trimmedCopy(room: string, dependency: string): Promise<string> {
  const { stdout } = await run('go', ['mod', 'download', '-json', dependency], { cwd: room });
  const module = asJson(JSON.parse(stdout));
  const [from, version] = [stringAt(module, 'Dir'), stringAt(module, 'Version')];
  if (from === undefined || version === undefined) throw new Error(`go does not say where ${dependency} is`);
  const copy = `${trimmedFolder}/${trimmedName(dependency)}@${version}`;
  const target = path.join(room, '..', copy);
  if ((await stat(target).catch(() => undefined)) === undefined) await copyTrimmed(from, target);
  return copy;
}

async function copyTrimmed(from: string, to: string): Promise<void> {
  const unfinished = `${to}.${process.pid}`;
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const file = path.relative(from, path.join(entry.parentPath, entry.name));
    const isBuilt = /\.go$|^go\.mod$/.test(file) && !/_test\.go$|(^|[\\/])testdata[\\/]/.test(file);
    if (!entry.isFile() || !isBuilt) continue;
    const target = path.join(unfinished, file);
    await mkdir(path.dirname(target), { recursive: true });
    const content = await readFile(path.join(from, file));
    await writeFile(target, entry.name === protobufFile ? withoutProtobuf(content.toString()) : content);
  }
  await rename(unfinished, to).catch(() => rm(unfinished, { recursive: true }));
}
