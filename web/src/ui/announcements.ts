/** What is said to those who listen instead of looking. */

import { el } from "./dom";

const MERGE_MS = 250;

let region: HTMLElement | null = null;
let pending = "";
let timer = 0;

/** The live region; it must be in the page before anything is said. */
export function announcer(): HTMLElement {
  region = el("div", { class: "for-listeners", role: "status", "aria-live": "polite" });
  return region;
}

/** Say a sentence; of several in quick succession only the last, for nobody can follow more. */
export function announce(sentence: string): void {
  pending = sentence;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    if (region) region.textContent = pending;
  }, MERGE_MS);
}
