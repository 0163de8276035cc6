// docs/errors.md, made from the taxonomy. A code without a sentence here does not compile.
import { type ErrorCode, errorRules } from "../../src/canonical/error.js";
import { exitCodeOf } from "../../src/cli/exit-codes.js";

interface Section {
  readonly title: string;
  readonly codes: readonly ErrorCode[];
}

const sections: readonly Section[] = [
  {
    title: "What the client sent",
    codes: [
      "invalid_request",
      "invalid_json",
      "unsupported_parameter",
      "payload_too_large",
      "headers_too_large",
      "unsupported_media_type",
      "method_not_allowed",
      "context_length_exceeded",
      "not_found",
      "model_not_found",
      "provider_not_configured",
      "request_timeout",
      "client_gone",
    ],
  },
  {
    title: "Who the client is",
    codes: [
      "invalid_api_key",
      "origin_not_allowed",
      "host_not_allowed",
      "model_not_allowed",
      "insufficient_quota",
      "rate_limit_exceeded",
    ],
  },
  {
    title: "What the provider said or did",
    codes: [
      "upstream_refused",
      "upstream_not_found",
      "content_policy_violation",
      "upstream_auth",
      "upstream_credit",
      "upstream_rate_limit",
      "upstream_overloaded",
      "upstream_error",
      "upstream_connect",
      "upstream_dns",
      "upstream_tls",
      "upstream_reset",
      "upstream_invalid",
      "upstream_truncated",
      "upstream_redirect",
    ],
  },
  {
    title: "Time",
    codes: ["timeout_connect", "timeout_first_token", "timeout_idle", "timeout_total", "deadline_exceeded"],
  },
  { title: "The gateway itself", codes: ["gateway_overloaded", "draining", "internal"] },
];

const meanings: Readonly<Record<ErrorCode, string>> = {
  invalid_request: "A field is missing, has the wrong type or an impossible value; `param` names it.",
  invalid_json: "The body is not JSON.",
  unsupported_parameter: "`strict` was asked for, and the provider has no such field; `param` names it.",
  payload_too_large: "The body is over `limits.bodyBytes`.",
  headers_too_large: "The headers are over 16 KiB.",
  unsupported_media_type: "The body is not sent as JSON, or it is compressed.",
  method_not_allowed: "The path is there, the method is not.",
  context_length_exceeded: "The prompt does not fit the model's window.",
  not_found: "No such path, or no such record.",
  model_not_found: "No model has this name; the message gives the nearest names.",
  provider_not_configured:
    "The model is known, and no provider that serves it has a key. The message names the variables.",
  request_timeout: "The request did not arrive whole in time.",
  client_gone: "The client left. Only the ledger and the library's callers see this.",
  invalid_api_key: "The key is missing, or is none of this gateway's.",
  origin_not_allowed: "A web page of another origin called a gateway that has no keys.",
  host_not_allowed: "The `Host` header names a host that is not this gateway's.",
  model_not_allowed: "This key may not use this model.",
  insufficient_quota: "This key's budget is used up.",
  rate_limit_exceeded: "This key asked too often; `retry-after` says when to ask again.",
  upstream_refused: "The provider calls the request wrong. Its own words are in `metadata`.",
  upstream_not_found: "The provider does not know the model.",
  content_policy_violation: "The provider's moderation refused.",
  upstream_auth: "The provider refused our key: the owner of the gateway has to set another one.",
  upstream_credit: "Our account at the provider has no credit.",
  upstream_rate_limit: "Every usable endpoint limits us; `retry-after` is passed on where the provider sent it.",
  upstream_overloaded: "The provider says that it is overloaded (503, 529).",
  upstream_error: "The provider failed (5xx), or sent an error inside its stream.",
  upstream_connect: "No connection to the provider could be made.",
  upstream_dns: "The provider's host name was not found.",
  upstream_tls: "The provider's certificate could not be trusted.",
  upstream_reset: "The provider closed the connection before the answer began.",
  upstream_invalid: "The provider's answer makes no sense in its own dialect.",
  upstream_truncated: "The provider's answer ended too early.",
  upstream_redirect: "The provider answered with a redirect. Trunkline never follows one.",
  timeout_connect: "No connection within `timeoutMs.connect`.",
  timeout_first_token: "No content within `timeoutMs.firstToken`.",
  timeout_idle: "The stream was silent for longer than `timeoutMs.idle`.",
  timeout_total: "The request took longer than `timeoutMs.total`.",
  deadline_exceeded: "The request took longer than the client itself had set.",
  gateway_overloaded: "As many requests as allowed are in flight, and the queue is full.",
  draining: "The gateway is being stopped.",
  internal: "A fault of Trunkline, or of its data folder. The log has it.",
};

const retries = { no: "no", backoff: "after a pause", credential: "with another key" } as const;
const blames = { nobody: "–", credential: "the key", endpoint: "the endpoint" } as const;

export function errorsPage(): string {
  const listed = new Set<string>(sections.flatMap((section) => section.codes));
  const missing = Object.keys(errorRules).filter((code) => !listed.has(code));
  if (missing.length > 0) throw new Error(`no section of docs/errors.md has ${missing.join(", ")}`);
  return `${intro}\n${sections.map(table).join("\n")}${outro}`;
}

const intro = `# Errors

Every failure has one code of a closed list, and each code one row. The codes never change: clients match on them.
The list is [src/canonical/error.ts](../src/canonical/error.ts); this page is made from it (\`UPDATE_DOCS=1 npx vitest run test/pins\`).

On \`/v1\` an error looks as OpenAI's clients expect it, and the official SDKs raise their typed exceptions:

\`\`\`json
{"error": {"message": "…", "type": "…", "code": "model_not_found", "param": "model", "metadata": {}}}
\`\`\`

On \`/api/v1\` it has OpenRouter's shape: \`error.code\` is the HTTP status, \`error.type\` the code of this page,
\`error.metadata.error_type\` OpenRouter's own word. \`metadata\` names the provider, what was tried and what to do, where
that is known. An error after the first content of a stream comes as the stream's last frame, under status 200.

How to read the columns: *again here* is whether Trunkline itself tries the same endpoint again; *next* is whether it goes
on to the next endpoint of the plan, as long as the client has seen no content; *counts against* is who is tried later
for a while; *exit* is the exit code of \`trunkline\`. A permanent failure is never a 5xx, because some SDKs repeat those.
`;

const outro = `
## For those who add one

Add the row to \`errorRules\`, a sentence to [test/pins/errors-page.ts](../test/pins/errors-page.ts), and the code with its
status to [test/pins/error-codes.test.ts](../test/pins/error-codes.test.ts). The compiler and the tests name what is missing.
`;

function table({ title, codes }: Section): string {
  const head = "| code | HTTP | `type` | `error_type` | again here | next | counts against | exit | what it means |";
  const rows = codes.map((code) => {
    const rule = errorRules[code];
    const cells = [
      `\`${code}\``,
      rule.status,
      `\`${rule.type}\``,
      `\`${rule.errorType}\``,
      retries[rule.retry],
      rule.next ? "yes" : "no",
      blames[rule.blames],
      exitCodeOf(code),
      meanings[code],
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return `## ${title}\n\n${[head, `|${"---|".repeat(9)}`, ...rows].join("\n")}\n`;
}
