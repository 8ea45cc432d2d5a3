import "../../../../frontends/node_modules/fake-indexeddb/auto/index.mjs";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { MemoryStore } from "../../../../frontends/candidate/static/js/upload/memory.js";
import { openDatabase } from "../../../../frontends/candidate/static/js/upload/store.js";
import { Sender } from "../../../../frontends/candidate/static/js/upload/sending.js";
import { Uploader } from "../../../../frontends/candidate/static/js/upload/uploader.js";
import { UploadRefused } from "../../../../frontends/candidate/static/js/upload/verdicts.js";
import { FakeServer, problem } from "./fake_server.mjs";

const SESSION = "s1";
const bytes = (text) => new TextEncoder().encode(text).buffer;
const kept = (take_id = "t1", more = {}) => ({
  take_id,
  session_id: SESSION,
  question_number: 1,
  state: "recording",
  chunks: 0,
  seconds: 0,
  ...more,
});
// Waits of the uploader take no time, unless a test holds them.
class NoWaiting {
  waits = [];
  async sleep(ms) {
    this.waits.push(ms);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  wake() {}
}

let server, waiting;
const page = (store) =>
  new Uploader(store, new Sender({ api: server.api, put: server.put, now: () => server.now, waiting }));
async function record(uploader, texts, take = kept()) {
  server.take(take.take_id);
  await uploader.begin(take);
  for (const [at, text] of texts.entries()) await uploader.add(take.take_id, bytes(text), (at + 1) * 3);
}
const finished = (uploader, id = "t1") => uploader.until(() => uploader.fate(id) !== "sending");
const idle = (uploader) => uploader.until(() => uploader.state().parts === 0);

beforeEach(() => {
  server = new FakeServer();
  waiting = new NoWaiting();
});

test("a take arrives whole, is finished, and nothing of it stays on the device", async () => {
  const store = await openDatabase(new IDBFactory());
  const uploader = page(store);
  await record(uploader, ["a", "b", "c"]);
  await uploader.end("t1");
  await finished(uploader);
  assert.equal(uploader.fate("t1"), "saved");
  assert.deepEqual(server.recording("t1"), ["a", "b", "c"]);
  assert.deepEqual(server.takes.get("t1").gaps, []);
  assert.deepEqual(await store.takes(SESSION), []);
  assert.deepEqual(await store.numbers("t1"), []);
});

test("a chunk is kept before it is announced, and dropped only after its acknowledgement", async () => {
  const store = await openDatabase(new IDBFactory());
  const uploader = page(store);
  const held = [];
  const announce = server.api.post;
  server.api.post = async (path, body) => {
    if (path.endsWith("/chunks") || path.endsWith("/complete"))
      held.push([path.split("/").at(-1), await store.numbers("t1")]);
    return announce(path, body);
  };
  await record(uploader, ["a"]);
  await idle(uploader);
  assert.deepEqual(held, [
    ["chunks", [0]],
    ["complete", [0]],
  ]);
  assert.deepEqual(await store.numbers("t1"), []);
});

test("at most two chunks are on their way at once", async () => {
  server.delay = 10;
  const uploader = page(new MemoryStore());
  await record(uploader, [..."abcdefgh"]);
  await uploader.end("t1");
  await finished(uploader);
  assert.equal(server.mostFlying, 2);
});

test("S3 that answers 503 and a network that is away are waited for, with growing waits", async () => {
  const uploader = page(new MemoryStore());
  let faults = 6;
  server.fault = (step) => {
    if (step !== "put" || faults-- <= 0) return;
    throw faults % 2 ? new UploadRefused(503) : new TypeError("failed to fetch");
  };
  await record(uploader, ["a"]);
  await uploader.end("t1");
  await finished(uploader);
  assert.deepEqual(server.recording("t1"), ["a"]);
  // The URL was still good: it was announced once.
  assert.equal(server.calls.filter((call) => call === "announce 0").length, 1);
  assert.equal(waiting.waits.length, 6);
  waiting.waits.forEach((wait, at) => assert.ok(wait <= 500 * 2 ** at));
});

test("answers that are lost are asked for again, and repeat nothing that matters", async () => {
  const uploader = page(new MemoryStore());
  const lose = new Set(["announce 0", "put 0", "complete 0", "complete 1", "finish t1"]);
  server.unheard = (step, detail) => {
    if (lose.delete(`${step} ${detail}`)) throw new TypeError("failed to fetch");
  };
  await record(uploader, ["a", "b"]);
  await uploader.end("t1");
  await finished(uploader);
  assert.equal(uploader.fate("t1"), "saved");
  assert.deepEqual(server.recording("t1"), ["a", "b"]);
  assert.equal(lose.size, 0);
});

test("an upload that has expired is announced anew", async () => {
  const uploader = page(new MemoryStore());
  let first = true;
  server.fault = (step) => {
    if (step !== "put" || !first) return;
    first = false;
    server.now += server.seconds * 1000 + 1;
    throw new TypeError("failed to fetch");
  };
  await record(uploader, ["a"]);
  await uploader.end("t1");
  await finished(uploader);
  assert.equal(server.calls.filter((call) => call === "announce 0").length, 2);
  assert.deepEqual(server.recording("t1"), ["a"]);
});

test("after a reload the next page sends what is left, and finishes what had ended", async () => {
  const factory = new IDBFactory();
  const away = () => {
    throw new TypeError("failed to fetch");
  };
  const first = page(await openDatabase(factory));
  server.fault = (step, detail) => detail !== "0" && away();
  await record(first, ["a", "b", "c"]);
  await first.until(() => first.state().parts === 2);
  await first.end("t1");
  // The page goes away: nothing it does reaches anybody any more.
  waiting.sleep = () => new Promise(() => {});
  await new Promise((resolve) => setTimeout(resolve, 20));
  server.fault = () => {};
  server.calls = [];
  waiting = new NoWaiting();

  const second = page(await openDatabase(factory));
  assert.deepEqual(await second.resume(SESSION), []);
  await finished(second);
  assert.equal(second.fate("t1"), "saved");
  assert.deepEqual(server.recording("t1"), ["a", "b", "c"]);
  assert.ok(!server.calls.includes("announce 0"), "an acknowledged chunk is not sent again");
});

test("an interrupted take is sent, and waits to be kept or dropped", async () => {
  const factory = new IDBFactory();
  const first = page(await openDatabase(factory));
  server.fault = () => {
    throw new TypeError("failed to fetch");
  };
  await record(first, ["a", "b"]);
  waiting.sleep = () => new Promise(() => {});
  await new Promise((resolve) => setTimeout(resolve, 20));
  server.fault = () => {};
  waiting = new NoWaiting();

  const second = page(await openDatabase(factory));
  const [take] = await second.resume(SESSION);
  assert.deepEqual([take.state, take.seconds, take.chunks], ["interrupted", 6, 2]);
  await idle(second);
  assert.deepEqual(server.recording("t1"), ["a", "b"]);
  assert.equal(server.takes.get("t1").state, "recording", "nobody has decided yet");
  await second.end("t1");
  await finished(second);
  assert.equal(server.takes.get("t1").state, "stored");
});

test("other sessions' recordings on this device are left alone", async () => {
  const store = await openDatabase(new IDBFactory());
  await store.putChunk(kept("t9", { session_id: "other", chunks: 1 }), {
    take_id: "t9",
    number: 0,
    sha256: "0",
    bytes: bytes("x"),
  });
  const uploader = page(store);
  assert.deepEqual(await uploader.resume(SESSION), []);
  assert.deepEqual(server.calls, []);
  assert.deepEqual(await store.numbers("t9"), [0]);
});

test("a chunk that is lost for good becomes a gap, and only then", async () => {
  const store = new MemoryStore();
  const uploader = page(store);
  server.fault = (step, detail) => {
    if (step === "announce" && detail === "1") throw problem(422, "validation");
  };
  await record(uploader, ["a", "b", "c"]);
  await uploader.end("t1");
  await finished(uploader);
  assert.equal(uploader.fate("t1"), "saved");
  assert.deepEqual(server.takes.get("t1").gaps, [1]);
  assert.deepEqual(server.calls.filter((call) => call.startsWith("finish")).length, 2);
});

test("a chunk that S3 keeps refusing is given up after some fresh uploads", async () => {
  const uploader = page(new MemoryStore());
  server.fault = (step, detail) => {
    if (step === "put" && detail === "0") throw new UploadRefused(400);
  };
  await record(uploader, ["a", "b"]);
  await uploader.end("t1");
  await finished(uploader);
  assert.deepEqual(server.takes.get("t1").gaps, [0]);
  assert.equal(server.calls.filter((call) => call === "announce 0").length, 8);
});

test("a take without any chunk is no take", async () => {
  const uploader = page(new MemoryStore());
  await record(uploader, []);
  await uploader.end("t1");
  assert.equal(uploader.fate("t1"), "gone");
  assert.deepEqual(server.calls, []);
});

for (const [code, fate] of [
  ["take-abandoned", "gone"],
  ["take-stored", "saved"],
  ["no-takes-left", "gone"],
  ["time-over", "gone"],
]) {
  test(`${code}: the take is ${fate}, and others go on`, async () => {
    const store = new MemoryStore();
    const uploader = page(store);
    server.fault = (step) => {
      if (step === "announce" && uploader.fate("t1") === "sending" && uploader.partsOf("t1") > 0)
        throw problem(409, code);
    };
    await record(uploader, ["a"]);
    await finished(uploader);
    assert.equal(uploader.fate("t1"), fate);
    assert.deepEqual(await store.numbers("t1"), []);
    await record(uploader, ["b"], kept("t2"));
    await uploader.end("t2");
    await finished(uploader, "t2");
    assert.equal(uploader.fate("t2"), "saved");
  });
}

test("a chunk that the server has with other bytes is left as the server has it", async () => {
  const uploader = page(new MemoryStore());
  const take = server.take("t1");
  take.announced.set(0, { size: 1, sha256: "other" });
  take.stored.add(0);
  await uploader.begin(kept());
  await uploader.add("t1", bytes("a"), 3);
  await uploader.end("t1");
  await finished(uploader);
  assert.equal(uploader.fate("t1"), "saved");
});

for (const [status, code] of [
  [409, "device-replaced"],
  [401, "token-revoked"],
]) {
  test(`${code} stops everything, and what is kept stays kept`, async () => {
    const store = new MemoryStore();
    const uploader = page(store);
    server.fault = () => {
      throw problem(status, code);
    };
    await record(uploader, ["a", "b", "c"]);
    await idle(uploader);
    assert.equal(uploader.state().stopped, code);
    assert.equal(uploader.fate("t1"), "stopped");
    assert.deepEqual(await store.numbers("t1"), [0, 1, 2]);
  });
}

test("a session that is over has nothing left on the device", async () => {
  const store = await openDatabase(new IDBFactory());
  const uploader = page(store);
  server.fault = (step) => {
    if (step === "finish") throw problem(409, "session-submitted");
  };
  await record(uploader, ["a"]);
  await uploader.end("t1");
  await finished(uploader);
  assert.equal(uploader.state().stopped, "session-submitted");
  assert.deepEqual(await store.takes(SESSION), []);
});

test("a wait is cut short when the network is back", async () => {
  const { Waiting } = await import("../../../../frontends/candidate/static/js/upload/patience.js");
  waiting = new Waiting();
  const uploader = page(new MemoryStore());
  let isAway = true;
  server.fault = () => {
    if (isAway) throw problem(503, "unavailable");
  };
  await record(uploader, ["a"]);
  // By now it waits longer than this test would.
  waiting.sleep = (
    (sleep) => () =>
      sleep.call(waiting, 60_000)
  )(Waiting.prototype.sleep);
  await new Promise((resolve) => setTimeout(resolve, 700));
  isAway = false;
  uploader.hurry();
  await idle(uploader);
  assert.deepEqual(server.recording("t1"), ["a"]);
});
