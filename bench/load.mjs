// The load generator: a fixed number of keep-alive connections over raw sockets, each sending its next request
// as soon as the last one is answered. Any answer but a complete 200 ends the run: errors are not measured.
import { connect } from "node:net";

const headEnd = Buffer.from("\r\n\r\n");
const lastChunk = Buffer.from("\r\n0\r\n\r\n");
const tailBytes = 64;

function requestBytes(port, body) {
  const head = [
    "POST /v1/chat/completions HTTP/1.1",
    `host: 127.0.0.1:${port}`,
    "authorization: Bearer bench",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** Whether the answer's last bytes hold the tail, also where a proxy has cut it into two chunks. */
function endsWith(last, tail) {
  return (
    last.includes(tail) ||
    last
      .latin1Slice()
      .replace(/\r\n[0-9a-f]+\r\n/gi, "")
      .includes(tail)
  );
}

/** One connection. It relies on answers never being pipelined: the end of an answer is the end of what was read. */
function openConnection(port, request, tail, run) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let sentAt = 0;
  let head;
  let pending;
  let last;
  let left;

  function send() {
    head = pending = last = undefined;
    sentAt = performance.now();
    socket.write(request);
  }

  function readHead(data) {
    const bytes = pending ? Buffer.concat([pending, data]) : data;
    const end = bytes.indexOf(headEnd);
    if (end < 0) {
      pending = bytes;
      return undefined;
    }
    head = bytes.latin1Slice(0, end);
    if (!head.startsWith("HTTP/1.1 200")) return run.fail(`answered ${bytes.toString("utf8").slice(0, 600)}`);
    const length = /^content-length: *(\d+)/im.exec(head);
    left = length ? Number(length[1]) : undefined;
    return bytes.subarray(end + headEnd.length);
  }

  function finished(data) {
    if (data.length >= tailBytes || !last) last = data.length > tailBytes ? data.subarray(-tailBytes) : data;
    else last = Buffer.concat([last, data]).subarray(-tailBytes);
    if (left === undefined) return last.length >= 5 && last.subarray(-lastChunk.length).equals(lastChunk);
    left -= data.length;
    return left <= 0;
  }

  socket.on("connect", send);
  socket.on("data", (data) => {
    const body = head === undefined ? readHead(data) : data;
    if (body === undefined || body.length === 0) return;
    if (last === undefined) run.first.push(performance.now() - sentAt);
    if (!finished(body)) return;
    if (!endsWith(last, tail)) return run.fail(`incomplete answer: ...${last.toString("utf8")}`);
    run.total.push(performance.now() - sentAt);
    if (performance.now() < run.until) send();
    else {
      socket.end();
      run.finish(socket);
    }
  });
  socket.on("error", (error) => run.fail(error.message));
  socket.on("close", () => run.fail("connection closed before the answer was complete", socket));
  return socket;
}

/** Runs one load; resolves to { requests, seconds, total, first }, the latter two in ms for every request. */
export function runLoad({ port, load, connections, seconds }) {
  return new Promise((resolve, reject) => {
    const request = requestBytes(port, load.body);
    const startedAt = performance.now();
    const open = new Set();
    const end = (settle) => {
      clearTimeout(timer);
      for (const socket of open) socket.destroy();
      open.clear();
      settle();
    };
    const run = {
      until: startedAt + seconds * 1000,
      total: [],
      first: [],
      finish(socket) {
        open.delete(socket);
        if (open.size > 0) return;
        const took = (performance.now() - startedAt) / 1000;
        end(() => resolve({ requests: run.total.length, seconds: took, total: run.total, first: run.first }));
      },
      fail(why, socket) {
        if (socket ? open.has(socket) : open.size > 0) end(() => reject(new Error(`${load.name}: ${why}`)));
      },
    };
    const timer = setTimeout(() => run.fail("no answer within 10 s"), seconds * 1000 + 10_000);
    for (let i = 0; i < connections; i++) open.add(openConnection(port, request, load.tail, run));
  });
}
