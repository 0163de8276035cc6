// The error where a request fits no endpoint of its plan: what there is, what was asked for, and each way to make it fit.
import { TrunklineError } from "../canonical/error.js";
import { type FitQuestion, type InputCount, leastOutput, rangeOf, verdictOn } from "./fit.js";
import type { PlannedEndpoint } from "./resolve.js";

interface Fields {
  readonly input: string;
  readonly output: string;
}

/** An endpoint whose window is too small. */
interface TooSmall {
  readonly windowTokens: number;
  readonly maxOutputTokens: number;
  readonly count: InputCount;
  readonly overBy: number;
}

/**
 * Speaks of the endpoint that needs the least to be cut.
 * `context_length_exceeded` in OpenAI's words, which clients match on; `invalid_request` where the output limit alone
 * is too high, as then no shorter prompt would help.
 * @param endpoints those that were checked: at least one, and none of them fits.
 */
export function tooLong(endpoints: readonly PlannedEndpoint[], question: FitQuestion): TrunklineError {
  const { askedOutput, fields = { input: "messages", output: "max_tokens" }, canShorten = true } = question;
  let roomiest: { readonly limit: number; readonly room: number } | undefined;
  let nearest: TooSmall | undefined;
  for (const endpoint of endpoints) {
    const { windowTokens = Number.POSITIVE_INFINITY, maxOutputTokens = Number.POSITIVE_INFINITY } = endpoint;
    const count = question.countFor(endpoint);
    const verdict = verdictOn(endpoint, count, askedOutput);
    if (verdict.fits !== "no") continue;
    if (verdict.over === "output") {
      const room = Math.max(1, Math.min(maxOutputTokens, windowTokens - rangeOf(count).atMost));
      if (roomiest === undefined || room > roomiest.room) roomiest = { limit: maxOutputTokens, room };
    } else {
      const overBy = count.tokens + Math.min(askedOutput ?? leastOutput, maxOutputTokens) - windowTokens;
      if (nearest === undefined || overBy < nearest.overBy) nearest = { windowTokens, maxOutputTokens, count, overBy };
    }
  }
  if (roomiest !== undefined) return outputTooLarge(askedOutput ?? leastOutput, roomiest, fields.output);
  if (nearest === undefined) throw new Error("a request that fits was refused");
  return inputTooLong(nearest, askedOutput, fields, canShorten);
}

/** `room`: the highest output limit that fits beside the input. */
function outputTooLarge(
  asked: number,
  { limit, room }: { readonly limit: number; readonly room: number },
  field: string,
): TrunklineError {
  return new TrunklineError(
    "invalid_request",
    `${field} is too large: ${asked}. This model supports at most ${limit} completion tokens, whereas you provided ${asked}.`,
    {
      param: field,
      whatToDo: `Lower ${field} to ${room}, or leave it out. If the catalogue is wrong about the model, set maxOutputTokens for it under \`models\` in trunkline.yaml.`,
    },
  );
}

function inputTooLong(model: TooSmall, asked: number | undefined, fields: Fields, canShorten: boolean): TrunklineError {
  const { windowTokens, count } = model;
  const limit = `This model's maximum context length is ${windowTokens} tokens.`;
  const excess =
    asked === undefined
      ? `However, your ${fields.input} resulted in ${count.tokens} tokens. Please reduce the length of the ${fields.input}`
      : `However, you requested ${count.tokens + asked} tokens (${count.tokens} in the ${fields.input}, ${asked} in the completion). Please reduce the length of the ${fields.input} or completion`;
  const tooMany = count.tokens + (asked ?? leastOutput) - windowTokens;
  const estimated = count.errorPercent > 0 ? ` The input is estimated, ± ${count.errorPercent} %.` : "";
  const message = `${limit} ${excess}: ${tokens(tooMany)} ${tooMany === 1 ? "is" : "are"} too many.${estimated}`;
  return new TrunklineError("context_length_exceeded", message, {
    param: fields.input,
    whatToDo: `${joined(waysOut(model, asked, fields, canShorten))}.`,
  });
}

function waysOut(
  { windowTokens, maxOutputTokens, count, overBy }: TooSmall,
  asked: number | undefined,
  { output }: Fields,
  canShorten: boolean,
): readonly string[] {
  const cut = `Cut at least ${tokens(overBy)} of input`;
  const alsoLower = asked !== undefined && asked > maxOutputTokens ? ` and lower ${output} to ${maxOutputTokens}` : "";
  const room = windowTokens - rangeOf(count).atMost;
  return [
    cut + alsoLower,
    ...(asked !== undefined && room >= 1 ? [`lower ${output} to ${room}`] : []),
    "name a model with a larger window under `models`",
    ...(canShorten ? ['ask for `transforms: ["middle-out"]`, which leaves out the middle'] : []),
  ];
}

/** There are two of them at least. */
const joined = (ways: readonly string[]) => `${ways.slice(0, -1).join(", ")}, or ${ways.at(-1)}`;

const tokens = (count: number) => (count === 1 ? "1 token" : `${count} tokens`);
