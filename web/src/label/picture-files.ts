/** The pictures themselves, fetched before their turn and let go after it. */

export class PictureFiles {
  private readonly urls = new Map<string, Promise<string>>();

  constructor(private readonly fetched: (name: string) => Promise<Blob>) {}

  /** A URL for the picture; rejects where it cannot be had. */
  url(name: string): Promise<string> {
    const known = this.urls.get(name);
    if (known) return known;
    const url = this.fetched(name).then((blob) => URL.createObjectURL(blob));
    url.catch(() => this.urls.delete(name)); // so that another try is made
    this.urls.set(name, url);
    return url;
  }

  /** Fetch these, and forget all others. */
  keep(names: readonly string[]): void {
    for (const [name, url] of this.urls) {
      if (names.includes(name)) continue;
      this.urls.delete(name);
      void url.then(URL.revokeObjectURL, () => undefined);
    }
    for (const name of names) void this.url(name).catch(() => undefined);
  }
}
