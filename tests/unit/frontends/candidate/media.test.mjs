import assert from "node:assert/strict";
import { test } from "node:test";
import { reasonOf } from "../../../../frontends/candidate/static/js/media/camera.js";
import { formats } from "../../../../frontends/candidate/static/js/media/formats.js";
import { shown, Silence } from "../../../../frontends/candidate/static/js/media/loudness.js";
import { bitsPerSecond, chooseLevel, nextLevel } from "../../../../frontends/candidate/static/js/media/quality.js";

const only =
  (...types) =>
  (type) =>
    types.includes(type);

test("webm is best, mp4 is what Safari has, and the server hears the bare type", () => {
  assert.deepEqual(formats({ audioOnly: false }, () => true)[0], {
    mimeType: "video/webm;codecs=vp8,opus",
    contentType: "video/webm",
  });
  assert.deepEqual(formats({ audioOnly: false }, only("video/mp4", "audio/mp4")), [
    { mimeType: "video/mp4", contentType: "video/mp4" },
  ]);
  assert.deepEqual(formats({ audioOnly: true }, only("video/mp4", "audio/mp4")), [
    { mimeType: "audio/mp4", contentType: "audio/mp4" },
  ]);
  assert.equal(formats({ audioOnly: true }, () => true)[0].contentType, "audio/webm");
});

test("a browser without a recorder has no format", () => {
  assert.deepEqual(
    formats({ audioOnly: false }, () => false),
    [],
  );
  assert.deepEqual(formats({ audioOnly: false }, null), []);
});

test("the level is what the measured rate carries with room to spare", () => {
  const level = (kbps) => chooseLevel(kbps, { audioOnly: false });
  assert.deepEqual([5000, 912, 911, 400, 300, 100, 10].map(level), [
    "high",
    "high",
    "medium",
    "low",
    "low",
    "audio",
    "audio",
  ]);
  assert.equal(level(null), "medium");
  assert.equal(chooseLevel(5000, { audioOnly: true }), "audio");
  assert.deepEqual(
    ["high", "medium", "low"].map((name) => Math.round(bitsPerSecond(name) / 50_000) * 50),
    [600, 300, 150],
  );
});

test("the next take steps down when parts lag, one level, and never to sound alone", () => {
  const slow = [9_000, 7_000, 500, 8_000];
  assert.equal(nextLevel("high", slow), "medium");
  assert.equal(nextLevel("medium", slow), "low");
  assert.equal(nextLevel("low", slow), "low");
  assert.equal(nextLevel("high", [400, 30_000, 500]), "high");
  assert.equal(nextLevel("high", [9_000, 9_000]), "high");
});

test("silence is told within 5 s, once, and its end as well; a pause in the speech is none", () => {
  const silence = new Silence();
  const feed = (from, to, peak) => {
    const told = [];
    for (let at = from; at < to; at += 250) told.push([at, silence.feed(peak, at)]);
    return told.filter(([, change]) => change);
  };
  assert.deepEqual(feed(0, 3_000, 0.2), []);
  assert.deepEqual(feed(3_000, 12_000, 0), [[7_000, "silent"]]);
  assert.deepEqual(feed(12_000, 13_000, 0.1), [[12_000, "heard"]]);
  assert.deepEqual(feed(13_000, 60_000, 0.002), []);
});

test("a level that is not known is no silence", () => {
  const silence = new Silence();
  assert.deepEqual(
    [0, 3_000, 6_000].map((at) => silence.feed(null, at)),
    [null, null, null],
  );
});

test("the meter shows usual speech in its upper half, and nothing as nothing", () => {
  assert.equal(shown(0), 0);
  assert.equal(shown(1), 1);
  assert.ok(shown(0.1) > 0.5);
});

test("each way to fail has its own help", () => {
  const named = (name) => reasonOf(Object.assign(new Error(), { name }));
  assert.deepEqual(["NotAllowedError", "NotFoundError", "NotReadableError", "WhateverError"].map(named), [
    "denied",
    "missing",
    "busy",
    "failed",
  ]);
});
