/** Fetches a bundle's two files, and checks that they belong together. */

import { EngineError, type Progress } from "./engine";
import { parseModelSpec, type ModelSpec } from "./model-spec";

/** Fetch and read `model.json` of a folder whose URL ends in a slash. */
export async function fetchSpec(modelFolder: string): Promise<ModelSpec> {
  const url = `${modelFolder}model.json`;
  const response = await request(url);
  try {
    return parseModelSpec(await response.json());
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError("bad_bundle", `${url} is not JSON`);
  }
}

/**
 * Fetch `model.onnx`.
 *
 * Its sha256 stands in the URL, so that whatever caches it never mixes up two versions.
 */
export async function fetchModel(
  modelFolder: string,
  spec: ModelSpec,
  onProgress: (progress: Progress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const { sha256 } = spec.info;
  const response = await request(`${modelFolder}model.onnx?sha256=${sha256}`);
  const model = await readAll(response, onProgress);
  // Without a secure context (plain http to another host) there is no digest; the golden picture
  // that every model is tried on remains.
  if (globalThis.crypto?.subtle !== undefined && (await digest(model)) !== sha256) {
    throw new EngineError("bad_bundle", "model.onnx is not the file that model.json describes");
  }
  return model;
}

async function request(url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    throw new EngineError("offline", `${url} cannot be reached`);
  }
  if (!response.ok) {
    throw new EngineError("bad_bundle", `${url} answered ${response.status}`);
  }
  return response;
}

async function readAll(
  response: Response,
  onProgress: (progress: Progress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  // A compressed answer tells its compressed length, which says nothing of what is to come.
  const compressed = response.headers.get("content-encoding") !== null;
  const totalBytes = compressed ? 0 : Number(response.headers.get("content-length") ?? 0);
  const parts: Uint8Array[] = [];
  let loadedBytes = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    loadedBytes += value.length;
    onProgress({ loadedBytes, totalBytes: Math.max(totalBytes, totalBytes && loadedBytes) });
  }
  const whole = new Uint8Array(loadedBytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function digest(content: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
