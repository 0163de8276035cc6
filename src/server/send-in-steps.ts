// A long JSON answer, written a little at a time: others get the thread in between, and a slow reader is waited for.
import type { ServerResponse } from "node:http";

/** Characters that are gathered before they are written. */
const unitsAWrite = 32_768;

/** @param json pieces of the text in order; an empty one only gives the thread away. */
export async function sendInSteps(
  response: ServerResponse,
  json: Iterable<string>,
  pause: () => Promise<void>,
): Promise<void> {
  response.writeHead(200, { "content-type": "application/json" });
  let gathered = "";
  let units = 0;
  for (const piece of json) {
    gathered += piece;
    units += piece.length;
    if (piece !== "" && units < unitsAWrite) continue;
    units = 0;
    if (response.destroyed) return;
    if (gathered !== "" && !response.write(gathered)) await drained(response);
    gathered = "";
    await pause();
  }
  response.end(gathered);
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off("drain", go);
      response.off("close", go);
      resolve();
    };
    response.on("drain", go);
    response.on("close", go);
  });
}
