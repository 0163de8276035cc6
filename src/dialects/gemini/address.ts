// What the path of a call says in Gemini's dialect: the model, and how it is to be answered.
// Source: https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent

export interface GeminiAddress {
  readonly model: string;
  readonly stream: boolean;
  /** A stream as server-sent events (`alt=sse`), else as one JSON array. */
  readonly sse: boolean;
}
