import { expect, test } from "vitest";

import { remember, remembered } from "./memory";

test("where nothing can be stored, a choice holds until the page is closed", () => {
  expect(remembered("theme")).toBeNull();
  remember("theme", "dark");
  expect(remembered("theme")).toBe("dark");
  remember("theme", "light");
  expect(remembered("theme")).toBe("light");
});
