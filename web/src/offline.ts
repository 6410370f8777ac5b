/** Keeps the page on the device, so that it opens without a network from the next visit on. */

/**
 * Store everything that the page needs.
 *
 * Gives true when all is stored. False where the browser does not allow it: an address that is
 * not https (this computer's own excepted), a private window, no room left, or no network now.
 */
export async function keepOffline(): Promise<boolean> {
  if (!("serviceWorker" in navigator)) return false;
  try {
    const scope = new URL("./", document.baseURI);
    await navigator.serviceWorker.register(new URL("service-worker.js", scope), {
      scope: scope.pathname,
      updateViaCache: "none",
    });
    return await settled(scope.href);
  } catch {
    return false;
  }
}

/** Wait until a worker of this scope serves, or until the one that was tried gave up. */
async function settled(scope: string): Promise<boolean> {
  const registration = await navigator.serviceWorker.getRegistration(scope);
  if (registration === undefined) return false;
  if (registration.active !== null) return true;
  const tried = registration.installing ?? registration.waiting;
  if (tried === null) return false;
  return new Promise((resolve) => {
    tried.addEventListener("statechange", () => {
      if (tried.state === "activated") resolve(true);
      else if (tried.state === "redundant") resolve(false);
    });
  });
}
