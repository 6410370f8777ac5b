import { expect, test, vi } from "vitest";

import { Outbox } from "./outbox";
import type { Send, State } from "./outbox";
import { Refusal } from "./server";
import type { Answer } from "./server";

const ANIME: Answer = { picture: "a.png", mark: "style", value: "anime" };
const DONE: Answer = { picture: "a.png", mark: "done", value: "yes" };

/** What outlives a page. */
function place(): Pick<Storage, "getItem" | "setItem"> {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  };
}

function outbox(send: Send, storage = place()) {
  const states: State[] = [];
  const refused: string[] = [];
  const tell = (state: State): void => void states.push(state);
  const box = new Outbox("s", send, tell, (why) => void refused.push(why), storage);
  return { box, states, refused };
}

test("what was sent is forgotten, in its order and once", async () => {
  const sent: Answer[] = [];
  const { box, states } = outbox(async (_, answers) => void sent.push(...answers));
  box.put("Ada", [ANIME]);
  box.put("Ada", [DONE]);
  await box.flush();
  await box.flush();
  expect(sent).toEqual([ANIME, DONE]);
  expect(states.at(-1)).toEqual({ waiting: 0, stuck: false });
});

test("what could not be sent waits for another try, also in the next page", async () => {
  const storage = place();
  const down = outbox(async () => Promise.reject(new TypeError("no network")), storage);
  down.box.put("Ada", [ANIME, DONE]);
  await down.box.flush();
  expect(down.states.at(-1)).toEqual({ waiting: 2, stuck: true });

  const sent: [string, readonly Answer[]][] = [];
  const later = outbox(async (who, answers) => void sent.push([who, answers]), storage);
  const picture = { name: "a.png", filed: {}, said: {}, done: false, likeness: null };
  expect(later.box.over("Ada", picture)).toMatchObject({ said: { style: "anime" }, done: true });
  expect(later.box.over("Bo", picture)).toEqual(picture);
  await later.box.flush();
  expect(sent).toEqual([["Ada", [ANIME, DONE]]]);
});

test("one answer that is refused does not keep the others", async () => {
  const sent: Answer[] = [];
  const { box, refused, states } = outbox(async (_, answers) => {
    if (answers.some(({ picture }) => picture === "gone.png")) throw new Refusal(400, "no such");
    sent.push(...answers);
  });
  box.put("Ada", [ANIME, { ...ANIME, picture: "gone.png" }, DONE]);
  await box.flush();
  expect(sent).toEqual([ANIME, DONE]);
  expect(refused).toEqual(["no such"]);
  expect(states.at(-1)).toEqual({ waiting: 0, stuck: false });
});

test("a wrong key loses nothing", async () => {
  const { box, states } = outbox(async () => Promise.reject(new Refusal(401, "key")));
  box.put("Ada", [ANIME]);
  await box.flush();
  expect(states.at(-1)).toEqual({ waiting: 1, stuck: true });
});

test("without storage it works as long as the page", async () => {
  const send = vi.fn<Send>(async () => undefined);
  const box = new Outbox("s", send, () => undefined, () => undefined, null);
  box.put("Ada", [ANIME]);
  await box.flush();
  expect(send).toHaveBeenCalledTimes(1);
});
