/** From anything that was thrown to a sentence for people. */

import { EngineError } from "../engine/engine";
import type { ErrorCode } from "../engine/engine";
import type { PageErrorCode } from "../texts/texts";
import { texts } from "./language";

export type ProblemCode = ErrorCode | PageErrorCode;

/** Something that the page itself refused. */
export class PageError extends Error {
  override readonly name = "PageError";

  constructor(
    readonly code: PageErrorCode,
    message: string,
  ) {
    super(message);
  }
}

const CAMERA_ERRORS: Readonly<Record<string, PageErrorCode>> = {
  NotAllowedError: "camera_refused",
  SecurityError: "camera_refused",
  NotFoundError: "camera_missing",
  OverconstrainedError: "camera_missing",
  NotReadableError: "camera_busy",
  AbortError: "camera_busy",
};

/** The code of what was thrown; what nobody foresaw is `unknown`, and goes to the console. */
export function problemCode(thrown: unknown): ProblemCode {
  if (thrown instanceof EngineError || thrown instanceof PageError) return thrown.code;
  if (thrown instanceof DOMException) {
    const code = CAMERA_ERRORS[thrown.name];
    if (code) return code;
  }
  console.error(thrown);
  return "unknown";
}

export function problemSentence(code: ProblemCode): string {
  return texts().errors[code] ?? texts().errors.unknown;
}
