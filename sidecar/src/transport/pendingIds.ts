/** The ids of the requests that have been read and not been answered. */

/** Shared by the reader, which adds, and the writer, which removes. */
export class PendingIds {
  readonly #ids = new Set<string>();

  /**
   * False, and nothing added, when a request with this id waits for its answer. The number 1 and the string "1" count as one id,
   * because the connection's queue does not tell them apart and would lose the first of the two.
   */
  add(id: number | string): boolean {
    const key = String(id);
    if (this.#ids.has(key)) {
      return false;
    }
    this.#ids.add(key);
    return true;
  }

  /** To be called before the answer is sent: a client may use the id again as soon as it has read it. */
  remove(id: number | string): void {
    this.#ids.delete(String(id));
  }

  get size(): number {
    return this.#ids.size;
  }
}
