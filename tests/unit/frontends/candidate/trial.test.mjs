import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { firstThatRecords } from "../../../../frontends/candidate/static/js/media/trial.js";

const format = (mimeType) => ({ mimeType, contentType: mimeType });

/** A recorder that gives as many bytes as it was told to for its format: none, or "silent" for not even an end. */
function recorder(given) {
  globalThis.MediaRecorder = class {
    state = "inactive";
    constructor(_, { mimeType }) {
      if (given[mimeType] === "refused") throw new DOMException("no", "NotSupportedError");
      this.bytes = given[mimeType];
    }
    start() {
      this.state = "recording";
    }
    stop() {
      this.state = "inactive";
      if (this.bytes === "silent") return;
      this.ondataavailable({ data: { size: this.bytes } });
      this.onstop();
    }
  };
}

async function tried(given) {
  recorder(given);
  let found;
  void firstThatRecords({}, Object.keys(given).map(format)).then((it) => (found = it?.mimeType ?? null));
  for (let second = 0; second < 20; second += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    mock.timers.tick(1_000);
  }
  await new Promise((resolve) => setImmediate(resolve));
  return found;
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

test("the first format that gives anything is taken", async () => {
  assert.equal(await tried({ "video/webm": 900, "video/mp4": 900 }), "video/webm");
  assert.equal(await tried({ "video/webm": 0, "video/mp4": 900 }), "video/mp4");
});

test("formats that are refused, or never come to an end, are passed over", async () => {
  assert.equal(await tried({ "video/webm": "refused", "video/mp4": "silent", "video/x": 1 }), "video/x");
});

test("a browser that gives nothing at all has no format", async () => {
  assert.equal(await tried({ "video/webm": 0, "video/mp4": "silent" }), null);
  assert.equal(await tried({}), null);
});
