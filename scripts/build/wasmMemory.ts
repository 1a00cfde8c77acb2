// https://webassembly.github.io/spec/core/binary/modules.html
const lengthOfHeader = 8;
const memorySection = 5;

/**
 * Gives a WebAssembly module's own memory a maximum, in pages of 64 KiB. Go's linker writes none, so that a build out of
 * hand could grow to 4 GiB. Throws when the module does not define exactly one memory without a maximum.
 */
export function limitMemory(module: Uint8Array, pages: number): Uint8Array {
  for (let at = lengthOfHeader; at < module.length;) {
    const size = readNumber(module, at + 1);
    const end = size.next + size.value;
    if (module[at] === memorySection) {
      const section = withMaximum(module.subarray(size.next, end), pages);
      return Buffer.concat([module.subarray(0, at), section, module.subarray(end)]);
    }
    at = end;
  }
  throw new Error('the module defines no memory');
}

function withMaximum(content: Uint8Array, pages: number): Uint8Array {
  const [count, flags] = content;
  if (count !== 1 || flags !== 0) throw new Error('the module does not define one memory without a maximum');
  const { value: least } = readNumber(content, 2);
  if (least > pages) throw new Error(`the module needs ${least} pages at least`);
  const limited = [1, 1, ...writeNumber(least), ...writeNumber(pages)];
  return Uint8Array.from([memorySection, ...writeNumber(limited.length), ...limited]);
}

/** An unsigned LEB128 number and where it ends. */
function readNumber(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let shift = 0, next = at; ; shift += 7, next++) {
    const byte = bytes[next];
    if (byte === undefined) throw new Error('the module is cut off');
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: next + 1 };
  }
}

function writeNumber(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...writeNumber(Math.floor(value / 0x80))];
}
