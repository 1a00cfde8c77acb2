/** Owns what was made for it and ends it, last made first. */
export class Lifetime {
  readonly #owned: { dispose(): unknown }[] = [];

  /** Takes something over and hands it back, so that making and owning is one line. */
  own<T extends { dispose(): unknown }>(thing: T): T {
    this.#owned.push(thing);
    return thing;
  }

  dispose(): void {
    for (const thing of this.#owned.splice(0).toReversed()) thing.dispose();
  }
}
