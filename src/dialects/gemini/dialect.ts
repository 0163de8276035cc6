// Gemini's generateContent: the face to providers.
import type { UpstreamDialect } from "../dialect.js";
import { readError } from "./errors.js";
import { readResponse, readStream } from "./stream.js";
import { writeRequest } from "./write-request.js";

export const gemini: UpstreamDialect = { name: "gemini", writeRequest, readResponse, readStream, readError };
