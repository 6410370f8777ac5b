/** The page around its views: header, navigation, language, colours and footer. */

import { announcer } from "./announcements";
import { CameraView } from "./camera";
import { Collection } from "./collection";
import { el, icon, logo, say } from "./dom";
import { acceptDrop, acceptPaste } from "./intake";
import type { Arrival } from "./intake";
import { LANGUAGES, chooseLanguage, speak, texts } from "./language";
import { picturesView } from "./pictures";
import { Starter } from "./starting";
import type { OpenEngine } from "../engine/open";
import { TeachView } from "./teach";
import { followTheme, turnTheme } from "./theme";

const VIEWS = ["pictures", "camera", "teach"] as const;
type ViewName = (typeof VIEWS)[number];

/** Something that is told when it comes into sight and when it leaves. */
interface View {
  readonly element: HTMLElement;
  enter?(): void;
  leave?(): void;
}

/** Fill the page. */
export function openPage(root: HTMLElement, openEngine: OpenEngine): void {
  const starter = new Starter(openEngine);
  const collection = new Collection(starter.engine);
  const receive = (arrivals: readonly Arrival[]): void => {
    if (shownView() === "teach") {
      views.teach.receive(arrivals);
      return;
    }
    location.hash = "pictures";
    collection.add(arrivals);
  };
  const views = {
    pictures: { element: picturesView(collection, starter) } as View,
    camera: new CameraView(collection, starter),
    teach: new TeachView(starter),
  };
  const main = el("main", { id: "main", tabindex: -1 }, ...VIEWS.map((name) => views[name].element));
  root.replaceChildren(
    skipLink(main),
    header(),
    main,
    footer(starter),
    acceptDrop(receive),
    announcer(),
  );
  acceptPaste(receive);
  showViews(views);
}

function shownView(): ViewName {
  const wanted = location.hash.slice(1);
  return VIEWS.find((name) => name === wanted) ?? "pictures";
}

function showViews(views: Readonly<Record<ViewName, View>>): void {
  let shown: ViewName | null = null;
  const show = (): void => {
    const next = shownView();
    if (next === shown) return;
    if (shown) views[shown].leave?.();
    for (const name of VIEWS) views[name].element.hidden = name !== next;
    for (const link of document.querySelectorAll(".views a")) {
      const here = link.getAttribute("href") === `#${next}`;
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.documentElement.dataset["view"] = next;
    if (shown) scrollTo(0, 0);
    shown = next;
    views[next].enter?.();
  };
  addEventListener("hashchange", show);
  show();
}

function skipLink(main: HTMLElement): HTMLElement {
  const link = el("button", { class: "skip", type: "button", onclick: () => main.focus() });
  speak((texts) => say(link, texts.skipToContent));
  return link;
}

function header(): HTMLElement {
  const nav = el("nav", { class: "views" });
  for (const name of VIEWS) {
    const label = el("span");
    nav.append(el("a", { href: `#${name}` }, icon(name), label));
    speak((texts) => say(label, texts.views[name]));
  }
  speak((texts) => {
    document.documentElement.lang = texts.locale;
    document.title = texts.documentTitle;
    nav.setAttribute("aria-label", "Animeter");
  });
  const home = el("a", { class: "home", href: "#pictures" }, logo(), el("span", {}, "Animeter"));
  return el("header", { class: "top" }, home, nav, settings());
}

function settings(): HTMLElement {
  const language = el("select", { class: "language" });
  for (const { locale, languageName } of LANGUAGES) {
    language.append(el("option", { value: locale, lang: locale }, languageName));
  }
  language.addEventListener("change", () => chooseLanguage(language.value));
  const theme = el("button", { class: "button round theme", type: "button", onclick: turnTheme });
  const nameTheme = (): void => {
    const dark = document.documentElement.dataset["theme"] === "dark";
    theme.setAttribute("aria-label", dark ? texts().themeToLight : texts().themeToDark);
  };
  followTheme((now) => {
    theme.replaceChildren(icon(now === "dark" ? "sun" : "moon"));
    nameTheme();
  });
  speak((words) => {
    language.value = words.locale;
    language.setAttribute("aria-label", words.language);
    nameTheme();
  });
  return el("div", { class: "settings" }, language, theme);
}

function footer(starter: Starter): HTMLElement {
  const privacy = el("span", { class: "privacy" });
  const where = el("span", { class: "where" });
  const write = (): void => {
    const { start } = starter;
    const { model } = texts();
    const ready = start.state === "ready";
    const there = ready && start.engine.kind === "server";
    const promise = there ? model.privateThere : model.privateHere;
    // No promise before it is known whether it can be kept.
    say(privacy, ready ? promise : "\u00a0");
    if (!ready) say(where, "\u00a0");
    else say(where, there ? model.there : model.here(start.engine.detail));
  };
  starter.follow(write);
  speak(write);
  return el("footer", { class: "foot" }, el("p", {}, icon("lock"), privacy), el("p", {}, where));
}
