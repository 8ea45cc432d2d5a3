// The end of a take: the server is told how many chunks it has.

/**
 * Have the server close a take all of whose chunks were acknowledged, or given up.
 * @param {import("./sending.js").Sender} sender
 * @param {import("./store.js").KeptTake} kept
 * @param {() => boolean} wanted false ends it
 * @returns {Promise<import("./sending.js").Outcome>}
 */
export async function finishTake(sender, { take_id, chunks }, wanted) {
  const outcome = await sender.finish(take_id, chunks, false, wanted);
  if (outcome.end !== "skip" || !wanted()) return outcome;
  // Some chunks never arrived. What this device still has would be pending, so those are lost for good.
  return sender.finish(take_id, chunks, true, wanted);
}
