// Reads a request's body whole, and no more of it than the bound allows.
import type { IncomingMessage, ServerResponse } from "node:http";
import { TrunklineError } from "../canonical/error.js";

function checkHeaders(request: IncomingMessage, mostBytes: number): void {
  const type = request.headers["content-type"];
  if (type !== undefined && !/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new TrunklineError("unsupported_media_type", "The body must be JSON.", {
      whatToDo: "Send `content-type: application/json`.",
    });
  }
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    throw new TrunklineError("unsupported_media_type", "The body must not be compressed.", {
      whatToDo: "Send it without `content-encoding`.",
    });
  }
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) throw tooLarge(mostBytes);
}

function tooLarge(mostBytes: number): TrunklineError {
  return new TrunklineError("payload_too_large", `The body is larger than ${mostBytes} bytes.`, {
    whatToDo: "Send less, or raise `limits.bodyBytes` in trunkline.yaml.",
  });
}

/** @throws TrunklineError `payload_too_large`, `unsupported_media_type`, `client_gone` */
export function readBody(request: IncomingMessage, response: ServerResponse, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    checkHeaders(request, mostBytes);
    if (request.headers.expect !== undefined) response.writeContinue();
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) {
        request.removeAllListeners("data");
        reject(tooLarge(mostBytes));
      } else chunks.push(chunk);
    });
    request.on("end", () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    });
    const gone = () => reject(new TrunklineError("client_gone", "The client left while it sent the request."));
    request.on("aborted", gone);
    request.on("error", gone);
  });
}
