import { UserError } from '../core/model/userError.ts';

/** The one error for a command line that is not understood. */
export function wrongUsage(message: string): UserError {
  return new UserError('usage', `${message} "plumbline --help" shows what there is.`);
}
