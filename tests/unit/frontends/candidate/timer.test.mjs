import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { clock, countDown } from "../../../../frontends/candidate/static/js/timer.js";

function counted(seconds) {
  mock.timers.enable({ apis: ["setInterval"] });
  let now = 0;
  const told = { ticks: [], warned: [], ended: 0 };
  const stop = countDown(seconds * 1000, () => now, {
    tick: (left) => told.ticks.push(left),
    warn: (left) => told.warned.push(left),
    end: () => (told.ended += 1),
  });
  const pass = (ms, inTimers = ms) => {
    now += ms;
    mock.timers.tick(inTimers);
  };
  return { told, stop, pass, close: () => mock.timers.reset() };
}

test("it tells each second, warns at 30 and 10, and ends once", () => {
  const { told, pass, close } = counted(32);
  for (let passed = 0; passed < 330; passed += 1) pass(100);
  close();
  assert.deepEqual(
    told.ticks,
    Array.from({ length: 33 }, (_, at) => 32 - at),
  );
  assert.deepEqual(told.warned, [30, 10]);
  assert.equal(told.ended, 1);
});

test("a tab that slept is told the truth at once: the last warning only, and the end", () => {
  const { told, pass, close } = counted(60);
  pass(55_000, 200);
  assert.deepEqual(told.warned, [10]);
  pass(60_000, 200);
  close();
  assert.deepEqual([told.ticks, told.ended], [[60, 5, 0], 1]);
});

test("what begins below a warning does not warn of it", () => {
  const { told, pass, close } = counted(20);
  for (let passed = 0; passed < 210; passed += 1) pass(100);
  close();
  assert.deepEqual(told.warned, [10]);
});

test("a stopped one is silent", () => {
  const { told, stop, pass, close } = counted(2);
  stop();
  pass(5_000);
  close();
  assert.deepEqual([told.ticks, told.ended], [[2], 0]);
});

test("a time that is over ends at once, after the caller has what stops it", async () => {
  let ended = 0;
  countDown(0, () => 5, { end: () => (ended += 1) });
  assert.equal(ended, 0);
  await null;
  assert.equal(ended, 1);
});

test("clock", () => assert.deepEqual([0, 5, 65, 600].map(clock), ["0:00", "0:05", "1:05", "10:00"]));
