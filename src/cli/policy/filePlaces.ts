import type { Place } from '../../core/model/place.ts';
import { pointerParts } from '../../core/model/words.ts';
import { locateScalars } from '../../core/yaml/locateScalars.ts';
import { placeOfLine } from '../../core/yaml/placeOfLine.ts';
import type { ScalarSite } from '../../core/yaml/locateScalars.ts';
import type { FileDocument } from '../../adapters/files/readDocuments.ts';

/** Says where the fields of documents stand in their files, each of which is looked through once. */
export class FilePlaces {
  readonly #sites = new Map<string, readonly ScalarSite[]>();

  /** The scalar at a pointer into a document's object, or the first one below it; `line`, from 1, is one of a block of text. */
  placeOf({ file, text, document, within }: FileDocument, pointer: string, line?: number): Place | undefined {
    const known = this.#sites.get(file);
    const sites = known ?? locateScalars(file, text, 'plain').sites;
    if (known === undefined) this.#sites.set(file, sites);
    const path = [...within, ...pointerParts(pointer)].map(String);
    const found = sites.find(
      (site) => site.document === document && path.every((part, i) => String(site.path[i]) === part),
    );
    return found && placeOfLine(found, line);
  }
}
