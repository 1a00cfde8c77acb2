/** Trouble of the lab that a person can act on: its message is one line that says what to do next. */
export class LabError extends Error {
  override readonly name = 'LabError';
}
