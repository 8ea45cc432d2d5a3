import "../../../../frontends/node_modules/fake-indexeddb/auto/index.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { openStore, KeepingStore } from "../../../../frontends/candidate/static/js/upload/keeping.js";
import { MemoryStore } from "../../../../frontends/candidate/static/js/upload/memory.js";
import { openDatabase } from "../../../../frontends/candidate/static/js/upload/store.js";

const take = (take_id = "t1") => ({
  take_id,
  session_id: "s1",
  question_number: 1,
  state: "recording",
  chunks: 1,
  seconds: 3,
});
const chunk = (number, take_id = "t1") => ({ take_id, number, sha256: "0", bytes: new Uint8Array([number]).buffer });

for (const [name, make] of [
  ["database", () => openDatabase(new IDBFactory())],
  ["memory", async () => new MemoryStore()],
]) {
  test(`${name}: chunks come back in order, byte for byte, and go with their take`, async () => {
    const store = await make();
    for (const number of [10, 2, 0]) await store.putChunk(take(), chunk(number));
    await store.putChunk(take("t2"), chunk(1, "t2"));
    assert.deepEqual(await store.numbers("t1"), [0, 2, 10]);
    assert.deepEqual(new Uint8Array((await store.chunk("t1", 10)).bytes), new Uint8Array([10]));
    assert.equal(await store.chunk("t1", 3), null);
    await store.dropChunk("t1", 2);
    assert.deepEqual(await store.numbers("t1"), [0, 10]);
    await store.dropTake("t1");
    assert.deepEqual(await store.numbers("t1"), []);
    assert.deepEqual(
      (await store.takes("s1")).map((kept) => kept.take_id),
      ["t2"],
    );
    assert.deepEqual(await store.takes("another"), []);
  });
}

test("what is written survives: another page finds it", async () => {
  const factory = new IDBFactory();
  await (await openDatabase(factory)).putChunk(take(), chunk(0));
  const found = await (await openDatabase(factory)).takes("s1");
  assert.deepEqual(found, [take()]);
});

test("a browser that keeps nothing gives a store that says so", async () => {
  const store = await openStore(() => Promise.reject(new Error("private window")));
  await store.putChunk(take(), chunk(0));
  assert.equal(store.durable, false);
  assert.deepEqual(await store.numbers("t1"), [0]);
});

test("a full disk: what it refuses is held in memory, what it has stays", async () => {
  const database = await openDatabase(new IDBFactory());
  const store = new KeepingStore(database);
  await store.putChunk(take(), chunk(0));
  assert.equal(store.durable, true);
  database.putChunk = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
  await store.putChunk(take(), chunk(1));
  assert.equal(store.durable, false);
  assert.deepEqual(await store.numbers("t1"), [0, 1]);
  assert.deepEqual(new Uint8Array((await store.chunk("t1", 1)).bytes), new Uint8Array([1]));
});
