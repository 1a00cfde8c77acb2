/** Puts a sentence into the person's language; `{0}`, `{1}` … stand for the arguments. `vscode.l10n.t` is one. */
export type Translate = (message: string, ...values: readonly (string | number)[]) => string;

/** The sentence as it is written in the source, with its arguments put in; what tests and an unsupported language use. */
export function plainText(message: string, ...values: readonly (string | number)[]): string {
  return message.replaceAll(/\{(\d+)\}/g, (hole, index: string) => String(values[Number(index)] ?? hole));
}
