/** The three ways in for files: choosing, dropping and pasting. */

import { el, say } from "./dom";
import { speak, texts } from "./language";

export interface Arrival {
  readonly name: string;
  readonly file: Blob;
}

/** A file with its own name. */
export interface FileArrival extends Arrival {
  readonly file: File;
}

type Receiver = (arrivals: readonly Arrival[]) => void;

/** A hidden chooser; `open` shows the browser's dialog. */
export class Chooser {
  readonly element: HTMLInputElement;

  constructor(receive: (arrivals: readonly FileArrival[]) => void, accept = "image/*") {
    this.element = el("input", { type: "file", accept, multiple: true, hidden: true });
    this.element.addEventListener("change", () => {
      receive(named(this.element.files));
      this.element.value = ""; // the same file may be chosen again
    });
  }

  open(): void {
    this.element.click();
  }
}

/** Files that are pasted anywhere but into a text field. */
export function acceptPaste(receive: Receiver): void {
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    // Browsers call every pasted screenshot image.png, which tells nothing.
    receive(files.map((file) => ({ name: pastedName(file), file })));
  });
}

function pastedName(file: File): string {
  return file.name && file.name !== "image.png" ? file.name : texts().pictures.pasted;
}

/**
 * Files dropped anywhere on the page. The returned veil covers the page while they hover, so that
 * nobody has to aim.
 */
export function acceptDrop(receive: Receiver): HTMLElement {
  const words = el("p");
  const veil = el("div", { class: "veil", hidden: true }, words);
  speak((texts) => say(words, texts.pictures.drop));

  let depth = 0; // enter and leave come for each element on the way
  const hide = (): void => {
    depth = 0;
    veil.hidden = true;
  };
  addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth += 1;
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (!carriesFiles(event)) return;
    depth -= 1;
    if (depth <= 0) hide();
  });
  addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault(); // or the browser would leave the page and open the file
    hide();
    receive(named(event.dataTransfer?.files ?? null));
  });
  return veil;
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

function named(files: FileList | null): FileArrival[] {
  return [...(files ?? [])].map((file) => ({ name: file.name, file }));
}
