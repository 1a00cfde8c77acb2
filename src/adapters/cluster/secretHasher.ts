import { createHmac, randomBytes } from 'node:crypto';
import type { SecretHasher } from '../../core/ports.ts';

/** Makes a hasher with a salt of its own that is never written down: tokens mean nothing outside this session. */
export function createSecretHasher(): SecretHasher {
  const salt = randomBytes(32);
  return { hash: (value) => createHmac('sha256', salt).update(value).digest('hex').slice(0, 32) };
}
