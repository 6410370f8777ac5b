/** Every sentence that the label page says; each language is one file that has them all. */

import { preferred } from "../../ui/preferred";
import { en } from "./en";
import { es } from "./es";
import { ja } from "./ja";

export interface Texts {
  /** BCP 47, for numbers and screen readers. */
  readonly locale: string;
  readonly documentTitle: (title: string) => string;
  readonly themeToDark: string;
  readonly themeToLight: string;

  readonly name: {
    readonly title: string;
    readonly lead: string;
    readonly field: string;
    readonly start: string;
    readonly bad: string;
    readonly change: (name: string) => string;
  };

  readonly progress: (done: string, open: string) => string;
  readonly modelLooks: (seen: string, all: string) => string;
  readonly answers: string;
  readonly flags: string;
  readonly filed: string;
  readonly isDone: string;
  readonly hint: string;
  readonly modelSays: (anime: string, cartoon: string) => string;
  readonly modelSaysNothing: string;
  readonly noPicture: string;

  readonly back: string;
  readonly skip: string;
  readonly done: string;
  readonly shortcuts: string;

  readonly kept: string;
  readonly keeping: string;
  readonly waiting: (count: number) => string;
  readonly refused: (reason: string) => string;
  readonly noServer: string;
  readonly noKey: string;

  readonly end: {
    readonly title: string;
    readonly lead: (done: string) => string;
    readonly skipped: (count: number) => string;
    readonly again: string;
    readonly more: string;
  };

  readonly agreement: {
    readonly title: string;
    readonly lead: string;
    readonly nobody: string;
    readonly mark: string;
    readonly people: string;
    readonly same: string;
    readonly sameOf: (same: string, of: string) => string;
    readonly kappa: string;
    readonly done: (who: string, done: string) => string;
    readonly close: string;
  };

  /** Marks and answers that everybody knows; others are shown as they were named. */
  readonly marks: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string>>;
}

const chosen: Texts = preferred([en, ja, es]) ?? en;

export function texts(): Texts {
  return chosen;
}

export function markName(name: string): string {
  return chosen.marks[name] ?? spoken(name);
}

export function valueName(value: string): string {
  return chosen.values[value] ?? spoken(value);
}

/** `my_mark` as people write it. */
function spoken(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
