// Gives members who have the conversation open a few seconds to read what arrived, before their lists are notified of it.
// Must not know what is delivered.

import { limits } from "../../protocol/limits.ts";

/** In ms. A member who has not read a message for so long is not looking, even with the conversation open. */
const length = 3_000;

/** Guessed for a member who has the conversation open. */
export type Attention = "has read everything" | "may be reading" | "is not looking";

/** `unreadSince`: when the oldest message that they have not read arrived, in ms. */
export function attentionTo(unreadSince: number | undefined, now: number): Attention {
	if (unreadSince === undefined) return "has read everything";
	return unreadSince > now - length ? "may be reading" : "is not looking";
}

type Options = {
	attentionOf: (userId: string) => Attention;
	notify: (userId: string) => Promise<unknown>;
	/** Everybody has read everything, left, or been notified. Not called by `clear`. */
	over: () => void;
	isOpen: () => boolean;
};

export class GracePeriod {
	readonly #options: Options;
	readonly #members = new Set<string>();
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(options: Options) {
		this.#options = options;
	}

	get isEmpty(): boolean {
		return this.#members.size === 0;
	}

	/** The time runs from `start` on, so that one timer does for a whole round. */
	add(userId: string): void {
		this.#members.add(userId);
	}

	start(): void {
		if (!this.isEmpty) this.#timer ??= setTimeout(this.#end, length);
	}

	/** They have read everything, left, or been notified. */
	delete(userId: string): void {
		if (!this.#members.delete(userId) || !this.isEmpty) return;
		// A timer keeps the object in memory, which is paid for.
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#options.over();
	}

	/** Forgets everybody: a new round looks at all members again. */
	clear(): void {
		this.#members.clear();
	}

	readonly #end = async (): Promise<void> => {
		this.#timer = undefined;
		if (!this.#options.isOpen()) return;
		await Promise.all([...this.#members].slice(0, limits.calls).map((userId) => this.#conclude(userId)));
		this.start();
	};

	async #conclude(userId: string): Promise<void> {
		const attention = this.#options.attentionOf(userId);
		if (attention === "may be reading") return;
		if (attention === "is not looking") await this.#options.notify(userId);
		this.delete(userId);
	}
}
