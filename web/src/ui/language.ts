/** Which language the page speaks, and how it writes numbers and dates in it. */

import { en } from "../texts/en";
import { es } from "../texts/es";
import { ja } from "../texts/ja";
import type { Texts } from "../texts/texts";
import { remember } from "./memory";
import { preferred } from "./preferred";

export const LANGUAGES: readonly Texts[] = [en, ja, es];

type Listener = (texts: Texts) => void;

const listeners = new Set<Listener>();
let current: Texts = preferred(LANGUAGES) ?? en;

export function texts(): Texts {
  return current;
}

/** Call now, and again whenever the language changes: what it does must be repeatable. */
export function speak(listener: Listener): void {
  listeners.add(listener);
  listener(current);
}

export function chooseLanguage(locale: string): void {
  current = LANGUAGES.find((each) => each.locale === locale) ?? en;
  remember("language", current.locale);
  for (const listener of listeners) listener(current);
}

/**
 * A likeness in percent. The ends say "less than 1 %" and "more than 99 %": a rounded 100 % would
 * claim more than any model knows.
 */
export function percent(likeness: number): string {
  const { locale, likeness: words } = current;
  const format = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  if (likeness < 0.01) return words.lessThan(format.format(0.01));
  if (likeness > 0.99) return words.moreThan(format.format(0.99));
  return format.format(likeness);
}

/** A day given as YYYY-MM-DD, as people write it. */
export function day(iso: string): string {
  const date = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat(current.locale, { dateStyle: "long", timeZone: "UTC" }).format(date);
}
