import assert from "node:assert/strict";
import { test } from "node:test";
import { Signals } from "../../../../frontends/candidate/static/js/signals.js";

function telling() {
  const told = [];
  const signals = new Signals({ post: async (path, { items }) => void told.push([path, items]) }, "/v1/sessions/s1");
  return { signals, told };
}
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test("what lasts is told with its times within the take, in one batch", async () => {
  const { signals, told } = telling();
  signals.during(2, "t1");
  signals.begin("tab_hidden");
  signals.begin("tab_hidden");
  await pause(600);
  signals.end("tab_hidden");
  signals.pasted(40);
  await signals.flush();
  const [[path, [hidden, paste]]] = told;
  assert.equal(path, "/v1/sessions/s1/signals");
  assert.deepEqual([hidden.kind, hidden.take_id, hidden.question_number], ["tab_hidden", "t1", 2]);
  assert.ok(hidden.start_s >= 0 && hidden.end_s - hidden.start_s > 0.5);
  assert.deepEqual([paste.kind, paste.detail, "detail" in hidden], ["paste", 40, false]);
  await signals.flush();
  assert.equal(told.length, 1, "nothing is told twice");
});

test("a glance is none", async () => {
  const { signals, told } = telling();
  signals.begin("window_blurred");
  signals.end("window_blurred");
  signals.end("camera_lost");
  await signals.flush();
  assert.deepEqual(told, []);
});

test("what lasts into the next take is told of both", async () => {
  const { signals, told } = telling();
  signals.during(1, "t1");
  signals.begin("camera_lost");
  await pause(600);
  signals.during(1, "t2");
  await pause(600);
  signals.close();
  await pause(0);
  assert.deepEqual(
    told.flatMap(([, items]) => items.map((item) => item.take_id)),
    ["t1", "t2"],
  );
});
