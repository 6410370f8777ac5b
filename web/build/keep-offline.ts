/** Tells the service worker which files were built, and in which version. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { Plugin } from "vite";

const SERVICE_WORKER = "service-worker.js";
const PLACE = "__BUILT__";

/** Files that a device fetches only if it uses them, and those that only people read. */
const NOT_KEPT =
  /(\.jspi-|\.jspi\.|jspi.*\.js$|^licences\.txt$|^sources\.sha256$|^label\.html$|^assets\/label-)/;

export function keepOffline(): Plugin {
  let folder = "";
  return {
    name: "animeter:keep-offline",
    apply: "build",
    configResolved: (config) => {
      folder = resolve(config.root, config.build.outDir);
    },
    writeBundle: {
      order: "post",
      handler: () => {
        const worker = join(folder, SERVICE_WORKER);
        const names = filesIn(folder).filter((name) => name !== SERVICE_WORKER);
        const version = createHash("sha256");
        for (const name of [SERVICE_WORKER, ...names]) {
          version.update(`${name}\0`).update(readFileSync(join(folder, name)));
        }
        const built = {
          version: version.digest("hex").slice(0, 16),
          files: names.filter((name) => name !== "index.html" && !NOT_KEPT.test(name)),
        };
        const script = readFileSync(worker, "utf8");
        if (!script.includes(PLACE)) throw new Error(`${SERVICE_WORKER} has no ${PLACE}`);
        writeFileSync(worker, script.replace(PLACE, () => JSON.stringify(built)));
      },
    },
  };
}

/** Relative names of all files, with slashes, in an order that no file system changes. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .map((path) => relative(folder, path).split(sep).join("/"))
    .sort();
}
