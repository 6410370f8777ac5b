/** From two likenesses to one word: the rule of `domain/verdict.py`, in the page's language. */

import type { ModelInfo, Thresholds, Verdict } from "./engine";

/** Whether a likeness is there: true, false, or null where it is too close to call. */
function present(likeness: number, thresholds: Thresholds): boolean | null {
  if (likeness >= thresholds.high) return true;
  if (likeness <= thresholds.low) return false;
  return null;
}

/** Name a picture by its two likenesses; one that is too close to call makes it `unsure`. */
export function decide(
  anime: number,
  cartoon: number,
  thresholds: ModelInfo["thresholds"],
): Verdict {
  const hasAnime = present(anime, thresholds.anime);
  const hasCartoon = present(cartoon, thresholds.cartoon);
  if (hasAnime === null || hasCartoon === null) return "unsure";
  if (hasAnime) return hasCartoon ? "both" : "anime";
  return hasCartoon ? "cartoon" : "neither";
}

/** Round a likeness to the six digits that every result of Animeter carries. */
export function sixDigits(likeness: number): number {
  return Math.round(likeness * 1e6) / 1e6;
}
