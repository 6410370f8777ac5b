/** Results as files: the JSON and the CSV columns that the command line writes. */

import type { Classification } from "../engine/engine";
import type { Entry } from "./collection";
import { en } from "../texts/en";

/** A picture that could not be read, in the command line's shape. */
interface Failure {
  readonly path: string;
  readonly error: { readonly code: string; readonly message: string };
}

type Row = Classification | Failure;

const COLUMNS = [
  "path",
  "verdict",
  "anime",
  "cartoon",
  "model",
  "width_px",
  "height_px",
  "error_code",
  "error_message",
] as const;

/** What was found of each picture; those that still wait are left out. */
export function rows(entries: readonly Entry[]): Row[] {
  return entries.flatMap(({ name, outcome }): Row[] => {
    if (outcome.state === "read") return [outcome.reading.classification];
    if (outcome.state === "waiting") return [];
    // English, as the command line's: what reads a file should not depend on the page's language.
    return [{ path: name, error: { code: outcome.code, message: en.errors[outcome.code] } }];
  });
}

export function toJson(entries: readonly Entry[]): string {
  return `${JSON.stringify(rows(entries), null, 2)}\n`;
}

export function toCsv(entries: readonly Entry[]): string {
  const lines = rows(entries).map((row) => {
    const flat: Record<string, unknown> =
      "error" in row
        ? { path: row.path, error_code: row.error.code, error_message: row.error.message }
        : { ...row };
    return COLUMNS.map((column) => csvCell(flat[column])).join(",");
  });
  return `${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}

/** One cell, quoted where it must be (RFC 4180). */
function csvCell(value: unknown): string {
  const text = value === undefined || value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hand a text to the browser as a download. */
export function download(name: string, type: string, content: string | Blob): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
