import { defineConfig } from "vite";

// The page must work from any folder of any host, so every URL in it is relative.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/animeter/server/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
  },
});
