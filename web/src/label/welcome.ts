/** Asks once who is labelling. */

import { el, logo, say } from "../ui/dom";
import { texts } from "./texts/texts";

/** What the server takes for a person's name (`datasets/labelling.py`). */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_ .'-]{0,39}$/u;

export function askName(place: HTMLElement, title: string): Promise<string> {
  const words = texts().name;
  const input = el("input", {
    class: "name-field",
    id: "name",
    maxlength: 40,
    autocomplete: "nickname",
    spellcheck: "false",
    "aria-describedby": "name-problem",
  });
  const problem = el("p", { class: "name-problem", id: "name-problem", role: "alert" });
  return new Promise((resolve) => {
    const submit = (event: Event): void => {
      event.preventDefault();
      const name = input.value.trim().replace(/\s+/g, " ");
      if (NAME.test(name)) resolve(name);
      else {
        say(problem, words.bad);
        input.setAttribute("aria-invalid", "true");
        input.focus();
      }
    };
    place.replaceChildren(
      el(
        "main",
        { class: "welcome" },
        el(
          "form",
          { class: "card welcome-card", onsubmit: submit, novalidate: true },
          logo(),
          el("p", { class: "welcome-title" }, title),
          el("h1", {}, words.title),
          el("p", { class: "lead" }, words.lead),
          el("label", { for: "name", class: "name-label" }, words.field),
          input,
          problem,
          el("button", { class: "button primary", type: "submit" }, words.start),
        ),
      ),
    );
    input.focus();
  });
}
