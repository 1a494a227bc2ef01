/**
 * A generated client that is ready to be used.
 *
 * Such a client keeps the failure of its first attempt to find credentials for ever, and ends the process where it is called all the
 * same. So it is initialized before anybody gets it, and made anew when that failed.
 */

interface Client {
  initialize(): Promise<unknown>;
  close(): Promise<void>;
}

export class Connection<Made extends Client> {
  readonly #make: () => Made;
  #made: Promise<Made> | null = null;

  constructor(make: () => Made) {
    this.#make = make;
  }

  /** Rejects with what the client's credentials or its transport said; the next call tries again. */
  client(): Promise<Made> {
    this.#made ??= this.#initialize();
    return this.#made;
  }

  async close(): Promise<void> {
    if (this.#made === null) return;
    const made = await this.#made.catch(() => null);
    await made?.close();
  }

  async #initialize(): Promise<Made> {
    const made = this.#make();
    try {
      await made.initialize();
      return made;
    } catch (error) {
      this.#made = null;
      throw error;
    }
  }
}
