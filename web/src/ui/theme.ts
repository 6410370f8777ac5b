/** Light or dark: what the device says, until the visitor says otherwise. */

import { remember, remembered } from "./memory";

export type Theme = "light" | "dark";

const dark = matchMedia("(prefers-color-scheme: dark)");

function chosen(): Theme | null {
  const value = remembered("theme");
  return value === "light" || value === "dark" ? value : null;
}

export function theme(): Theme {
  return chosen() ?? (dark.matches ? "dark" : "light");
}

/** Keep the page in the theme, and tell the listener which one it is, now and at each change. */
export function followTheme(listener: (theme: Theme) => void): void {
  const apply = (): void => {
    document.documentElement.dataset["theme"] = theme();
    listener(theme());
  };
  dark.addEventListener("change", apply);
  addEventListener("animeter-theme", apply);
  apply();
}

export function turnTheme(): void {
  remember("theme", theme() === "dark" ? "light" : "dark");
  dispatchEvent(new Event("animeter-theme"));
}
