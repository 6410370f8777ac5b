import { defineConfig } from "vite";

import { head } from "./build/head.ts";
import { keepOffline } from "./build/keep-offline.ts";
import { licences } from "./build/licences.ts";

/** Not every host knows what an .mjs is. */
const assetFileNames = ({ names }: { names: string[] }): string =>
  names[0]?.endsWith(".mjs") ? "assets/[name]-[hash].js" : "assets/[name]-[hash][extname]";

export default defineConfig({
  // The page must work from any folder of any host, so every URL in it is relative.
  base: "./",
  // ONNX Runtime's own files stay files: its threads load them again by their URL.
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", "module", "browser", "production"] },
  plugins: [head(), licences(), keepOffline()],
  worker: {
    format: "es",
    rolldownOptions: { output: { entryFileNames: "assets/[name]-[hash].js", assetFileNames } },
  },
  build: {
    outDir: "../src/animeter/server/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: {
        index: "index.html",
        // What `animeter data label` serves in its place.
        label: "label.html",
        // Other pages may import the engine: `const { openEngine } = await import("./engine.js")`.
        engine: "src/engine/open.ts",
        "service-worker": "src/service-worker/service-worker.ts",
      },
      preserveEntrySignatures: "exports-only",
      output: {
        entryFileNames: ({ name }) =>
          ["index", "label"].includes(name) ? "assets/[name]-[hash].js" : "[name].js",
        assetFileNames,
      },
    },
  },
});
