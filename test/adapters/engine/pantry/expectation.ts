/** What is expected of one construct: a field with its line, or what is said instead. */
export type Expectation =
  | {
      readonly app: string;
      /** `Kind name`; a generated hash at the end of the name is left out. */
      readonly object: string;
      readonly path: string;
      readonly value: unknown;
      /** `file: text of the line` that decides the field, or why that cannot be known. */
      readonly from: string | RegExp;
    }
  | {
      readonly app: string;
      /** What is said of the app, and `file: text of the line` where. */
      readonly says: RegExp;
      readonly at: string;
    }
  | {
      readonly app: string;
      /** An object that is, or is not, among those of the app. */
      readonly has?: string;
      readonly lacks?: string;
    };


/** Constructs by the name that people know them by. */
export type Constructs = Readonly<Record<string, readonly Expectation[]>>;
