// The turn that Claude has begun for a running reply, and goes on with in its next request. Stored, so that it survives the object.
// Must not know how a request is made.

import { limits } from "../../protocol/limits.ts";
import type { PausedTurn } from "../ports.ts";
import { withPlaces, withRecalled } from "./recall.ts";
import type { Sink } from "./sink.ts";

type Stored = Pick<Sink, "turn" | "saveTurn" | "calls">;

export class Turn {
	readonly #sink: Stored;

	constructor(sink: Stored) {
		this.#sink = sink;
	}

	/** How often it was paused. */
	get rounds(): number {
		return this.#sink.turn()?.rounds ?? 0;
	}

	/** The turn of a reply whose text has this length. Text that came after it is lost with it. */
	at(length: number): PausedTurn | undefined {
		const stored = this.#sink.turn();
		return stored?.length === length ? this.#whole(stored.turn) : undefined;
	}

	#whole(turn: PausedTurn): PausedTurn {
		const { calls } = this.#sink;
		return calls ? withRecalled(turn, (input, before) => calls.recall(input, before)) : turn;
	}

	/** Claude has paused, when the text had this length. */
	pause(turn: PausedTurn, length: number): void {
		this.#sink.saveTurn({ rounds: this.rounds + 1, length, turn: withPlaces(turn, this.#sink.turn()?.turn) });
	}

	/** Adds the results of calls, if there are any. `take` gets their greatest length. */
	addResults(take: (room: number) => readonly object[] | undefined): void {
		const stored = this.#sink.turn();
		const results = stored && take(limits.turn - JSON.stringify(this.#whole(stored.turn)).length);
		if (results) this.#sink.saveTurn({ ...stored, turn: [...stored.turn, ...results] });
	}

	/** A request broke off at the end of `text`. What it brought becomes part of the turn: without the turn, results would be lost. */
	breakOff(text: string): void {
		const stored = this.#sink.turn();
		if (!stored || stored.length === text.length || hasOpenUse(stored.turn)) return;
		const since = text.slice(stored.length);
		const turn = since.trim() === "" ? stored.turn : [...stored.turn, { type: "text", text: since }, { type: "continue" }];
		if (JSON.stringify(turn).length <= limits.turn) this.#sink.saveTurn({ ...stored, length: text.length, turn });
	}
}

/** A tool that Claude's server runs has no result yet. It would come first in the next response. */
function hasOpenUse(turn: PausedTurn): boolean {
	const blocks = turn as readonly { type?: unknown; id?: unknown; tool_use_id?: unknown }[];
	return blocks.some(({ type, id }) => type === "server_tool_use" && !blocks.some(({ tool_use_id }) => tool_use_id === id));
}
