import { stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { asKubeObject } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { without } from './without.ts';

/** Tells whether SOPS encrypted an object: it carries its metadata with a message authentication code. */
export function isEncrypted(object: KubeObject): boolean {
  return stringAt(object, 'sops', 'mac')?.startsWith('ENC[') === true;
}

/** The object as far as it stays after decryption: SOPS' own metadata goes, encrypted values stand for what nobody here can read. */
export function withoutSops(object: KubeObject): KubeObject {
  return isEncrypted(object) ? (asKubeObject(without(object, 'sops')) ?? object) : object;
}

/** Tells whether a value is one that SOPS encrypted. */
export function isEncryptedValue(value: Json | undefined): boolean {
  return typeof value === 'string' && /^ENC\[[A-Z0-9_]+,data:/.test(value);
}
