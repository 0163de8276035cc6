// nginx as the floor: one worker, kept-alive connections to the upstream, nothing buffered, nothing logged.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { freePort, startChild, temporaryFolder, untilListening } from "./children.mjs";

function config(folder, port, stubPort) {
  const temp = (kind) => `${kind}_temp_path ${join(folder, kind)};`;
  return `
${process.getuid() === 0 ? `user ${userInfo().username};` : ""}
worker_processes 1;
daemon off;
pid ${join(folder, "nginx.pid")};
error_log ${join(folder, "error.log")} error;
events { worker_connections 1024; }
http {
  access_log off;
  tcp_nodelay on;
  keepalive_timeout 300s;
  keepalive_requests 100000000;
  client_max_body_size 16m;
  client_body_buffer_size 1m;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(temp).join("\n  ")}
  upstream stub {
    server 127.0.0.1:${stubPort};
    keepalive 64;
    keepalive_timeout 300s;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://stub;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`;
}

/** The version as nginx says it, or undefined when it is not installed. */
export function nginxVersion() {
  const said = spawnSync("nginx", ["-v"], { encoding: "utf8" });
  return said.error ? undefined : /nginx\/(\S+)/.exec(said.stderr)?.[1];
}

export async function startNginx(stubPort, core) {
  const folder = temporaryFolder("nginx");
  const file = join(folder, "nginx.conf");
  const port = await freePort();
  writeFileSync(file, config(folder, port, stubPort));
  const child = startChild("nginx", ["-p", folder, "-c", file], { core });
  await untilListening(child, port);
  return { name: "nginx", port, pid: child.pid };
}
