/** What every page of a build has in its head: how it is installed, and what it may load. */

import type { Plugin } from "vite";

/**
 * The page's own word against foreign code, for hosts that send no header of that kind. A server
 * that sends one as well can only be stricter.
 */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self' blob: data:",
  "style-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const link = (attrs: Record<string, string>) =>
  ({ tag: "link", attrs, injectTo: "head" }) as const;

export function head(): Plugin {
  return {
    name: "animeter:head",
    apply: "build",
    transformIndexHtml: (_, { path }) => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
        injectTo: "head-prepend",
      },
      // The label page is of no use without its server, so nobody installs it.
      ...(path.endsWith("label.html") ? [] : [link({ rel: "manifest", href: "./manifest.webmanifest" })]),
      link({ rel: "icon", href: "./icons/icon.svg", type: "image/svg+xml" }),
      link({ rel: "icon", href: "./icons/icon-192.png", type: "image/png", sizes: "192x192" }),
      link({ rel: "apple-touch-icon", href: "./icons/apple-touch-180.png" }),
    ],
  };
}
