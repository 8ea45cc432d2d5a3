import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Draft } from "../../../../frontends/candidate/static/js/steps/written_draft.js";

// A text field, and a server that stores, holds or refuses what it is sent.
function written(t) {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const desk = { text: "before", sent: [], told: [], answer: async () => {}, off: new AbortController() };
  desk.draft = new Draft({
    text: () => desk.text,
    store: async (text) => {
      desk.sent.push(text);
      await desk.answer(text);
    },
    told: (state) => desk.told.push(state),
    signal: desk.off.signal,
  });
  desk.write = (text) => {
    desk.text = text;
    desk.draft.changed();
  };
  return desk;
}
async function pass(ms) {
  mock.timers.tick(ms);
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

test("who writes without a pause is stored at least every 5 s", async (t) => {
  const desk = written(t);
  for (let second = 1; second <= 20; second += 1) {
    desk.write(`${desk.text}.`);
    await pass(1000);
    assert.ok(desk.text.length - (desk.sent.at(-1)?.length ?? 6) < 5, `second ${second}: ${desk.sent.at(-1)}`);
  }
});

test("it is saved only when the newest text is acknowledged", async (t) => {
  const desk = written(t);
  let acknowledge;
  desk.answer = () => new Promise((resolve) => (acknowledge = resolve));
  desk.write("one");
  await pass(1500);
  desk.write("one two");
  acknowledge();
  await pass(0);
  assert.deepEqual(desk.told, ["unsaved", "unsaved"]);
  await pass(1500);
  acknowledge();
  await pass(0);
  assert.deepEqual(desk.sent, ["one", "one two"]);
  assert.equal(desk.told.at(-1), "saved");
});

test("when time is short what there is goes at once, and what comes sooner", async (t) => {
  const desk = written(t);
  desk.write("one");
  await pass(100);
  desk.draft.hurry();
  await pass(0);
  assert.deepEqual(desk.sent, ["one"]);
  desk.write("one two");
  await pass(400);
  assert.deepEqual(desk.sent, ["one", "one two"]);
});

test("a refused text is told, not sent over and over, and the next one is tried", async (t) => {
  const desk = written(t);
  desk.answer = async (text) => {
    if (text === "bad") throw new Error("refused");
  };
  desk.write("bad");
  await pass(1500);
  await pass(60_000);
  assert.deepEqual(desk.sent, ["bad"]);
  assert.equal(desk.told.at(-1), "refused");
  assert.equal(await desk.draft.close(), false);
  desk.write("good");
  await pass(400);
  assert.equal(desk.told.at(-1), "saved");
  assert.equal(await desk.draft.close(), true);
});

test("closing stores the last words, and nothing where nothing has changed", async (t) => {
  const desk = written(t);
  assert.equal(await desk.draft.close(), true);
  assert.deepEqual(desk.sent, []);
  desk.write("last words");
  const closing = desk.draft.close();
  await pass(400);
  assert.equal(await closing, true);
  assert.deepEqual(desk.sent, ["last words"]);
});

test("off the page nothing more is sent or told", async (t) => {
  const desk = written(t);
  desk.write("one");
  desk.off.abort();
  await pass(60_000);
  await desk.draft.close();
  assert.deepEqual(desk.sent, []);
  assert.deepEqual(desk.told, ["unsaved"]);
});
