// One reply of Claude: thinking, stream, checkpoint, finish, stop, recover.
// Knows nothing of the platform, of HTTP or of any SDK: what answers is behind `Model`.

import type { Reason } from "../protocol/errors.ts";
import type { Message, Usage } from "../protocol/events.ts";

/** What answers: the whole of what a reply may read, to the events of one answer. */
export interface Model {
	/**
	 * Yields events until the answer is over. `end` is the last one and is yielded only when the answer is known to be whole
	 * as far as its stop reason says; an iteration that finishes without it was cut off. Throws `ModelFailure`, and ends quietly
	 * or throws anything once `signal` is aborted.
	 */
	reply(messages: readonly Message[], signal: AbortSignal): AsyncIterable<ModelEvent>;
}

export type ModelEvent =
	/** The answer has begun, by this model. */
	| { type: "start"; model: string }
	/** A sign of life without text: thinking, or a keep-alive. */
	| { type: "alive" }
	| { type: "text"; text: string }
	| { type: "end"; reason?: Reason; usage?: Usage };

/** A failure of Claude's side that is understood. Carries a reason and never words of the other side. */
export class ModelFailure extends Error {
	readonly reason: Reason;
	constructor(reason: Reason) {
		super(reason);
		this.reason = reason;
	}
}
