/** The label page: who is there, and then picture after picture. */

import { announcer } from "../ui/announcements";
import { el } from "../ui/dom";
import { remember, remembered } from "../ui/memory";
import { AGAIN_MS, Refusal, Server } from "./server";
import type { About } from "./server";
import { texts } from "./texts/texts";
import { askName } from "./welcome";
import { Workbench } from "./workbench";

/** Fill the page. */
export async function openLabelPage(root: HTMLElement): Promise<void> {
  document.documentElement.lang = texts().locale;
  const server = new Server(takeKey());
  const place = el("div", { class: "label-page" });
  root.replaceChildren(place, announcer());
  const about = await reached(() => server.about(), place);
  if (about === null) return;
  document.title = `${texts().documentTitle(about.title)} · Animeter`;
  let who = remembered("who");
  for (;;) {
    who ??= await askName(place, about.title);
    remember("who", who);
    who = await work(place, server, about, who);
  }
}

/** Label until somebody else wants to; gives null then. */
async function work(place: HTMLElement, server: Server, about: About, who: string): Promise<null> {
  await new Promise<void>((leave) => {
    const bench = new Workbench(server, about, who, leave);
    place.replaceChildren(bench.element);
    void reached(() => bench.begin(), bench.stage);
  });
  return null;
}

/** Try until the server answers. Null where it refuses, which only another link can change. */
async function reached<T>(ask: () => Promise<T>, place: HTMLElement): Promise<T | null> {
  for (;;) {
    try {
      return await ask();
    } catch (thrown) {
      const locked = thrown instanceof Refusal && thrown.status === 401;
      const sentence = locked
        ? texts().noKey
        : thrown instanceof Refusal
          ? thrown.message
          : texts().noServer;
      place.replaceChildren(el("p", { class: "notice", role: "alert" }, sentence));
      if (thrown instanceof Refusal) return null;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** The key of the link, kept in this tab alone; it does not stay in the address. */
function takeKey(): string | null {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  try {
    if (key !== null) {
      sessionStorage.setItem("animeter.label-key", key);
      history.replaceState(null, "", location.pathname + location.search);
    }
    return key ?? sessionStorage.getItem("animeter.label-key");
  } catch {
    return key; // storage is off: the key stays in the address
  }
}
