import type { Example } from './example.ts';
import { pantry } from './pantry.ts';
import { storefront } from './storefront.ts';

/** The repositories that the lab can show, by name. */
export const examples: Readonly<Record<'storefront' | 'pantry', Example>> = { storefront, pantry };
