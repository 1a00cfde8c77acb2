import * as vscode from 'vscode';
import type { FindingDocument } from '../../core/model/finding.ts';
import { editorRange, fileUri } from '../repoUris.ts';
import { documentUri } from './objectDocuments.ts';

/** Where the editor shows a document; `range` is the part that matters, where it is known. */
export interface DocumentTarget {
  readonly uri: vscode.Uri;
  readonly range?: vscode.Range;
}

/** Where the editor shows the document behind a finding, in the repository whose root is the absolute path `root`. */
export function documentTarget(root: string, document: FindingDocument): DocumentTarget {
  switch (document.kind) {
    case 'file':
      return { uri: fileUri(root, document.place.file), range: editorRange(document.place.range) };
    case 'outside':
      return { uri: vscode.Uri.file(document.file) };
    case 'live':
      return { uri: documentUri(document) };
    case 'rendered':
      return { uri: documentUri({ ...document, side: 'buffers' }) };
  }
}

/** The same as one address, for links: the fragment `L3,5` is how the editor takes a line and a column. */
export function documentLink(root: string, document: FindingDocument): vscode.Uri {
  const { uri, range } = documentTarget(root, document);
  if (range === undefined) return uri;
  const { line, character } = range.start;
  return uri.with({ fragment: `L${String(line + 1)},${String(character + 1)}` });
}
