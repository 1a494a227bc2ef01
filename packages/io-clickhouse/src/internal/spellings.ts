/** How a table whose ids are text spells them, asked once for each id. */

/** Ids that are asked for by one query: parameters stand in the URL, of which ClickHouse takes 1 MiB. */
export const IDS_MAX = 4096;

export class Spellings {
  readonly #ask: (ids: readonly string[]) => Promise<readonly string[]>;
  /** By canonical id. */
  readonly #known: Map<string, readonly string[]> = new Map();

  /** @param ask gives the texts of the table that mean one of the ids; it is not given more than `IDS_MAX` */
  constructor(ask: (ids: readonly string[]) => Promise<readonly string[]>) {
    this.#ask = ask;
  }

  /** The texts that mean one of the ids. Throws what `ask` throws. */
  async of(ids: readonly string[]): Promise<string[]> {
    const unknown = ids.filter((id) => !this.#known.has(id));
    for (let from = 0; from < unknown.length; from += IDS_MAX) {
      const asked = unknown.slice(from, from + IDS_MAX);
      const texts = Map.groupBy(await this.#ask(asked), (text) => text.toLowerCase());
      for (const id of asked) this.#known.set(id, texts.get(id) ?? []);
    }
    return ids.flatMap((id) => this.#known.get(id)!);
  }
}
