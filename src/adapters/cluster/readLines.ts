/** Splits a stream of UTF-8 bytes into its lines; empty ones are left out, the last one needs no line end. */
export async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  // Parts of a line that has not ended; joined once, because one object can come in many chunks.
  let open: string[] = [];
  for await (const chunk of body) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n');
    for (const [index, piece] of pieces.entries()) {
      open.push(piece);
      if (index === pieces.length - 1) break;
      const line = open.join('');
      open = [];
      if (line !== '') yield line;
    }
  }
  const rest = open.join('') + decoder.decode();
  if (rest.trim() !== '') yield rest;
}
