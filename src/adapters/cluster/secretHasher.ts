import type { SecretHasher } from '../../core/ports.ts';

/**
 * Makes a hasher with a salt of its own that is never written down: tokens mean nothing outside this session. The first
 * Secret loads the cryptography and draws the salt, which together were half of the extension's activation.
 */
export function createSecretHasher(): SecretHasher {
  let salt: Uint8Array | undefined;
  return {
    hash: (value) => {
      const { createHmac, randomBytes } = process.getBuiltinModule('node:crypto');
      salt ??= randomBytes(32);
      return createHmac('sha256', salt).update(value).digest('hex').slice(0, 32);
    },
  };
}
