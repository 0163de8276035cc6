// Ids for tool calls that have none on the wire: made here by counting, and found again by name and order.

interface Call {
  readonly id: string;
  readonly name: string;
  isAnswered: boolean;
}

/** One per request. Linear in the number of calls and results. */
export class CallIds {
  readonly #byId = new Map<string, Call>();
  readonly #all: Call[] = [];
  readonly #byName = new Map<string, Call[]>();
  /** How many at the start of a list are known to be answered. */
  readonly #done = new Map<Call[], number>();
  #made = 0;

  /** The id of a call, given where it has one. */
  ofCall(name: string, given: string | undefined): string {
    const call: Call = { id: given ?? this.#next(), name, isAnswered: false };
    this.#byId.set(call.id, call);
    this.#all.push(call);
    const named = this.#byName.get(name);
    if (named === undefined) this.#byName.set(name, [call]);
    else named.push(call);
    return call.id;
  }

  /** The id of the call that a result answers: the first one of its name, or of any, that has no answer yet. */
  ofResult(name: string | undefined, given: string | undefined): string {
    const call = given === undefined ? this.#firstOpen(name) : this.#byId.get(given);
    if (call !== undefined) call.isAnswered = true;
    return given ?? call?.id ?? this.#next();
  }

  /** What the call with this id called. */
  nameOf(id: string): string | undefined {
    return this.#byId.get(id)?.name;
  }

  #firstOpen(name: string | undefined): Call | undefined {
    const calls = name === undefined ? this.#all : (this.#byName.get(name) ?? []);
    let done = this.#done.get(calls) ?? 0;
    while (calls[done]?.isAnswered === true) done++;
    this.#done.set(calls, done);
    return calls[done];
  }

  #next(): string {
    do this.#made++;
    while (this.#byId.has(`call_${this.#made}`));
    return `call_${this.#made}`;
  }
}
