/** Which of some languages a visitor reads: the one chosen earlier, or what the browser asks for. */

import { remembered } from "./memory";

export function preferred<T extends { readonly locale: string }>(all: readonly T[]): T | null {
  for (const tag of [remembered("language"), ...navigator.languages]) {
    const found = all.find(({ locale }) => tag?.toLowerCase().split("-")[0] === locale);
    if (found) return found;
  }
  return null;
}
