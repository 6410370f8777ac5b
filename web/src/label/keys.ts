/** Which key gives which answer. */

import type { Mark } from "./server";

export interface Key {
  readonly key: string;
  readonly mark: string;
  readonly value: string;
}

/** Keys of the page itself. */
export const HINT_KEY = "h";

const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];

/**
 * Give each answer a key: digits to the first choice, and to all others the first letter of their
 * name that is free. A flag has one key, for yes.
 */
export function keysOf(marks: readonly Mark[]): readonly Key[] {
  const taken = new Set([HINT_KEY]);
  const digits = marks.find(({ flag }) => !flag);
  const answers = marks.flatMap((mark) =>
    mark.flag
      ? [{ mark: mark.name, value: "yes", named: mark.name.replace(/^has_/, "") }]
      : mark.values.map((value) => ({ mark: mark.name, value, named: value })),
  );
  const keys: Key[] = [];
  for (const { mark, value, named } of answers) {
    const key =
      mark === digits?.name
        ? String(digits.values.indexOf(value) + 1)
        : [...named.toLowerCase(), ...LETTERS].find(
            (letter) => LETTERS.includes(letter) && !taken.has(letter),
          );
    if (key === undefined) continue; // more answers than letters: these are for the mouse
    taken.add(key);
    keys.push({ key, mark, value });
  }
  return keys;
}

/** The key of an event, also where the layout puts digits behind shift or an input method waits. */
export function pressed(event: Pick<KeyboardEvent, "key" | "code">): string {
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  if (digit) return digit[1]!;
  const letter = /^Key([A-Z])$/.exec(event.code);
  if (letter && !/^[a-z]$/i.test(event.key)) return letter[1]!.toLowerCase();
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}
