/** Puts the licences of what others wrote beside the page that contains it. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Packages whose code or files end up in the built page, and a licence file's text or place. */
const PACKAGES = ["onnxruntime-web", "@fontsource-variable/nunito"] as const;
const FILES = ["LICENSE", "LICENSE.txt", "LICENSE.md"] as const;

export function licences(): Plugin {
  let modules = "";
  return {
    name: "animeter:licences",
    apply: "build",
    configResolved: (config) => {
      modules = join(config.root, "node_modules");
    },
    generateBundle() {
      const source = PACKAGES.map((name) => notice(join(modules, name), name)).join("\n\n");
      this.emitFile({ type: "asset", fileName: "licences.txt", source: `${source}\n` });
    },
  };
}

function notice(folder: string, name: string): string {
  const { version, license, homepage } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as { version: string; license: string; homepage?: string };
  const file = FILES.map((one) => join(folder, one)).find(existsSync);
  const text = file === undefined ? (license === "MIT" ? MIT : "") : readFileSync(file, "utf8");
  return `${name} ${version} (${license}) ${homepage ?? ""}\n\n${text.trim()}`;
}

/** onnxruntime-web names its licence without bringing the text: this is its repository's. */
const MIT = `MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;
