/** What the page remembers between visits, where the browser lets it. */

type Key = "language" | "theme" | "sort" | "who" | "shortcuts";

const PREFIX = "animeter.";

export function remembered(key: Key): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null; // storage is off; the page works without
  }
}

export function remember(key: Key, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // storage is off or full; the choice then holds until the page is closed
  }
}
