import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Events } from "../../../../frontends/candidate/static/js/events.js";

globalThis.addEventListener ??= () => {};
globalThis.removeEventListener ??= () => {};

const leaving = [];
beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => {
  for (const page of leaving.splice(0)) page.abort();
  mock.timers.reset();
});

function sent(...ids) {
  return ids.map((id) => `id: ${id}\ndata: ${JSON.stringify({ id, kind: "chat", data: {} })}\n\n`).join("");
}

/** A page whose network answers as `answer` says, given the path and the id of the last event that was seen. */
function follow(answer) {
  const asked = [];
  globalThis.fetch = async (path, { headers, signal }) => {
    asked.push([path, headers["Last-Event-ID"]]);
    return answer(path, Number(headers["Last-Event-ID"]), signal);
  };
  const page = new AbortController();
  leaving.push(page);
  const events = new Events({ authorization: { Authorization: "Bearer parleyc_x" } });
  const told = [];
  events.subscribe("chat", (event) => told.push(event.id));
  void events.follow("s", page.signal);
  return { asked, told };
}

/** What a proxy that waits for the whole answer makes of a stream without end. */
function heldBack(signal) {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

async function pass(seconds) {
  for (let tick = 0; tick < seconds * 4; tick += 1) {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    mock.timers.tick(250);
  }
}

test("a stream that breaks is taken up after its last event, and nothing is told twice", async () => {
  let streams = 0;
  const { asked, told } = follow((_, last) => new Response(sent(...(++streams === 1 ? [1, 2] : [last, last + 1]))));
  await pass(20);
  assert.deepEqual(told.slice(0, 4), [1, 2, 3, 4]);
  assert.deepEqual(asked[1], ["/v1/sessions/s/events", "2"]);
});

test("where streams stay silent, what is new is asked for, and later a stream is tried again", async () => {
  let events = 1;
  const { asked, told } = follow((path, last, signal) => {
    if (!path.endsWith("?follow=false")) return heldBack(signal);
    return new Response(last < events ? sent(...Array.from({ length: events - last }, (_, at) => last + at + 1)) : "");
  });
  await pass(70);
  assert.deepEqual(told, [1]);
  events = 3;
  await pass(6);
  assert.deepEqual(told, [1, 2, 3]);
  const streams = () => asked.filter(([path]) => path === "/v1/sessions/s/events").length;
  assert.equal(streams(), 2);
  await pass(320);
  assert.equal(streams(), 3);
});

test("a network that is gone is no proxy: streams alone are tried", async () => {
  const { asked } = follow(() => Promise.reject(new TypeError("Failed to fetch")));
  await pass(60);
  assert.ok(asked.length > 3);
  assert.ok(asked.every(([path]) => path === "/v1/sessions/s/events"));
});
