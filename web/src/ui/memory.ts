/** What the page remembers between visits, where the browser lets it. */

type Key = "language" | "theme" | "sort" | "who" | "shortcuts";

const PREFIX = "animeter.";

/** What was chosen since the page was opened. */
const chosen = new Map<Key, string>();

export function remembered(key: Key): string | null {
  try {
    return chosen.get(key) ?? localStorage.getItem(PREFIX + key);
  } catch {
    return null; // storage is off; the page works without
  }
}

export function remember(key: Key, value: string): void {
  chosen.set(key, value);
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // storage is off or full; the choice then holds until the page is closed
  }
}
