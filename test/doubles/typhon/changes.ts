/** Where tests wait for states, never for time: whoever changes something says so. */
export class Changes {
  readonly #looking = new Set<() => void>();

  notify(): void {
    for (const look of this.#looking) look();
  }

  /** What `look` finds, once it finds something. @throws after `patience` milliseconds (null: never), naming `what` */
  until<T>(
    look: () => T | null | undefined | false,
    what: string,
    patience: number | null = 60_000,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const tryNow = (): void => {
        const found = look();
        if (found === null || found === undefined || found === false) return;
        end();
        resolve(found);
      };
      const giveUp = (): void => {
        end();
        reject(new Error(`waited in vain for ${what}`));
      };
      const timer = patience === null ? undefined : setTimeout(giveUp, patience);
      const end = (): void => {
        clearTimeout(timer);
        this.#looking.delete(tryNow);
      };
      this.#looking.add(tryNow);
      tryNow();
    });
  }
}
