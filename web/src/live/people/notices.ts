// The notices of a conversation on this device: those beside the messages that are loaded, and those that come since. Must not depend on
// sockets or React.

import type { ServerEvent } from "../../../../src/protocol/events.ts";
import type { Notice } from "../../../../src/protocol/people/notice.ts";
import { type History, visibleHistory } from "../historyWindow.ts";

/** In their order. */
export type Notices = readonly Notice[];

export function applyNotice(held: Notices, event: Extract<ServerEvent, { type: "chat:notice" | "chat:notices-gone" }>): Notices {
	if (event.type === "chat:notice") return withNotices(held, [event.notice]);
	return held.filter(({ actor, subject }) => actor.userId !== event.userId && subject?.userId !== event.userId);
}

/** `former`: these are no more, unless they have come again. */
export function withNotices(held: Notices, come: Notices, former: Notices = []): Notices {
	const kept = held.filter((notice) => !former.includes(notice));
	return [...new Map([...kept, ...come].map((notice) => [notice.id, notice])).values()].sort((one, other) => one.id - other.id);
}

type Options = {
	/** `null` if they cannot be loaded now. */
	fetch(after: number, before?: number): Promise<Notices | null>;
	state(): History & { readonly notices: Notices; readonly memberCount: number | null };
	loaded(notices: Notices, former: Notices): void;
};

export class NoticeLoader {
	readonly #options: Options;
	/** Those after this place are loaded, or being loaded. */
	#from = 0;

	constructor(options: Options) {
		this.#options = options;
	}

	/** Some may have been missed, or be gone. In a large conversation hardly anything is noted, and too many people would ask. */
	joined(): void {
		this.#from = this.#options.state().memberCount === null ? Number.POSITIVE_INFINITY : 0;
		void this.follow();
	}

	/** Loads those beside older messages, once these are loaded. */
	async follow(): Promise<void> {
		const { fetch, state, loaded } = this.#options;
		const before = this.#from;
		if (before === 0) return;
		const after = (visibleHistory(state()).messages[0]?.seq ?? 1) - 1;
		if (after >= before) return;
		this.#from = after;
		const isAnew = before === Number.POSITIVE_INFINITY;
		const former = isAnew ? state().notices : [];
		const notices = await fetch(after, isAnew ? undefined : before);
		if (notices) loaded(notices, former);
	}
}
