// A countdown to a moment of the server's. The wall clock of the device plays no part.

/**
 * @typedef {object} Ticks
 * @property {(leftS: number) => void} [tick] each second that is left, also at the start
 * @property {(leftS: number) => void} [warn] at 30 and at 10 seconds, where more were left at the start
 * @property {() => void} [end] once, when nothing is left
 */

/** Seconds left at which a person is told. */
const WARNINGS = [30, 10];
const LOOK_MS = 200;

/**
 * Count down until stopped or over. Timers of a hidden tab run late: the time is looked at, never counted.
 * @param {number} until ms, on the clock that `now` reads
 * @param {() => number} now the server's clock, ms
 * @param {Ticks} ticks
 * @returns {() => void} stops it; no call comes afterwards
 */
export function countDown(until, now, ticks) {
  let over = false;
  let shown = secondsLeft(until, now());
  const warnings = WARNINGS.filter((seconds) => seconds < shown);
  const timer = setInterval(look, LOOK_MS);
  ticks.tick?.(shown);
  if (shown === 0) queueMicrotask(look);

  function look() {
    if (over) return;
    const left = secondsLeft(until, now());
    if (left !== shown) ticks.tick?.((shown = left));
    const due = warnings.filter((seconds) => left <= seconds);
    warnings.splice(0, due.length);
    if (due.length > 0 && left > 0) ticks.warn?.(/** @type {number} */ (due.at(-1)));
    if (left === 0) {
      stop();
      ticks.end?.();
    }
  }

  function stop() {
    over = true;
    clearInterval(timer);
  }
  return stop;
}

/** @param {number} until ms @param {number} now ms */
function secondsLeft(until, now) {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

/** @param {number} seconds @returns {string} as 1:05 */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
