/**
 * Keeps the whole page on the device: after the first visit it opens without any network.
 *
 * The page's own files are kept by the version they were built in and served from the cache, all
 * of one version. The model's description is asked for each time, so that a new model is noticed;
 * the model itself carries its sha256 in its URL and is fetched once. Whatever else the server
 * offers passes through untouched.
 *
 * It also adds the headers that isolate the page, where a plain file host does not send them: only
 * an isolated page may use more than one thread.
 */

const worker = self as unknown as ServiceWorkerGlobalScope;

/** What was built: the build writes it in here (`build/keep-offline.ts`). */
declare const __BUILT__: { readonly version: string; readonly files: readonly string[] };

const BUILT = __BUILT__;
const PAGE_CACHE = `animeter-page-${BUILT.version}`;
const MODEL_CACHE = "animeter-model";
const SCOPE = worker.registration.scope;
const PAGE = new URL("./", SCOPE).href;
const KEPT = new Set([PAGE, ...BUILT.files.map((file) => new URL(file, SCOPE).href)]);
const HASHED = new URL("assets/", SCOPE).href;
const MODEL_SPEC = new URL("model/model.json", SCOPE).href;
const MODEL = new URL("model/model.onnx", SCOPE).href;

/**
 * On this computer's own addresses, today's program may be another than yesterday's: there the
 * network is asked first, so that this page never stands before somebody else's.
 */
const LOCAL = ["localhost", "127.0.0.1", "[::1]"].includes(new URL(SCOPE).hostname);

/** A server that does not answer in this time is treated as no server, if there is a copy. */
const PATIENCE_MS = 3000;

const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

worker.addEventListener("install", (event) => {
  event.waitUntil(Promise.all([keepPage(), keepModel()]));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(forgetOldVersions().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = withoutQuery(request.url);
  if (url === MODEL_SPEC) event.respondWith(modelSpec(request));
  else if (url === MODEL) event.respondWith(model(request));
  else if (KEPT.has(url) || url === new URL("index.html", SCOPE).href) {
    event.respondWith(pageFile(url));
  } else if (url.startsWith(HASHED)) event.respondWith(rarelyUsed(request, url));
});

async function keepPage(): Promise<void> {
  const cache = await caches.open(PAGE_CACHE);
  await Promise.all(
    [...KEPT].map(async (url) => {
      // A hashed name never changes its content: an older version's copy will do, or the one that
      // the browser has just fetched for the page.
      const hashed = url.startsWith(HASHED);
      const older = hashed ? await caches.match(url) : undefined;
      await cache.put(url, older ?? (await fetched(url, { cache: hashed ? "default" : "no-cache" })));
    }),
  );
}

async function keepModel(): Promise<void> {
  const cache = await caches.open(MODEL_CACHE);
  const spec = await fetched(MODEL_SPEC, { cache: "no-cache" });
  const { sha256 } = (await spec.clone().json()) as { sha256: string };
  const url = `${MODEL}?sha256=${sha256}`;
  if ((await cache.match(url)) === undefined) await cache.put(url, await fetched(url));
  await cache.put(MODEL_SPEC, spec);
}

async function forgetOldVersions(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("animeter-page-") && name !== PAGE_CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function pageFile(url: string): Promise<Response> {
  const cache = await caches.open(PAGE_CACHE);
  const name = url.endsWith("/index.html") ? PAGE : url;
  const copy = await cache.match(name);
  if (copy !== undefined && LOCAL && !url.startsWith(HASHED)) {
    return isolated(await fetch(name, { cache: "no-cache" }).catch(() => copy));
  }
  return isolated(copy ?? (await fetch(name)));
}

/** A file of the page that not every device needs: kept from its first use on. */
async function rarelyUsed(request: Request, url: string): Promise<Response> {
  const cache = await caches.open(PAGE_CACHE);
  const copy = await cache.match(url);
  if (copy !== undefined) return isolated(copy);
  const response = await fetch(request);
  if (response.ok) await cache.put(url, response.clone());
  return isolated(response);
}

async function modelSpec(request: Request): Promise<Response> {
  const cache = await caches.open(MODEL_CACHE);
  const copy = await cache.match(MODEL_SPEC);
  try {
    const signal = copy === undefined ? null : AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(request, { signal, cache: "no-cache" });
    if (response.ok) await cache.put(MODEL_SPEC, response.clone());
    return response.ok || copy === undefined ? response : copy;
  } catch (error) {
    if (copy !== undefined) return copy;
    throw error;
  }
}

async function model(request: Request): Promise<Response> {
  const cache = await caches.open(MODEL_CACHE);
  const copy = await cache.match(request.url);
  if (copy !== undefined) return copy;
  const response = await fetch(request);
  if (response.ok) {
    const others = (await cache.keys()).filter(({ url }) => withoutQuery(url) === MODEL);
    await cache.put(request.url, response.clone());
    await Promise.all(others.map((other) => cache.delete(other)));
  }
  return response;
}

async function fetched(url: string, options: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, options);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/** As it is where the server isolates the page itself: a copy would lose its compiled code. */
function isolated(response: Response): Response {
  if (response.headers.has("Cross-Origin-Embedder-Policy")) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  return new Response(response.body, {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}

function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0]!;
}
