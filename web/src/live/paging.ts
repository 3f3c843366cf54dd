// Loads pages of a conversation's history. Must not depend on sockets or React.

import { type History, type Page, type PageAction, visibleHistory } from "./historyWindow.ts";

/** By `seq`. */
export type PagePosition = { before: number } | { after: number } | { around: number };

export type PagingOptions = {
	/** `null` if the page cannot be loaded now. */
	fetch(position: PagePosition): Promise<Page | null>;
	history(): History;
	/** False until the server sends changes: before that, a page could become stale unnoticed. */
	isJoined(): boolean;
	apply(action: PageAction): void;
};

export class Paging {
	readonly #options: PagingOptions;

	constructor(options: PagingOptions) {
		this.#options = options;
	}

	async loadOlder(): Promise<void> {
		const { fetch, history, apply } = this.#options;
		const { older, messages } = visibleHistory(history());
		const before = messages[0]?.seq;
		if (before === undefined || older === "none" || older === "loading") return;
		apply({ type: "older requested" });
		apply({ type: "older loaded", before, page: await fetch({ before }) });
	}

	async loadNewer(): Promise<void> {
		const { fetch, history, apply } = this.#options;
		const { newer, messages } = visibleHistory(history());
		const after = messages.at(-1)?.seq;
		if (after === undefined || newer === "none" || newer === "loading") return;
		apply({ type: "newer requested" });
		apply({ type: "newer loaded", after, page: await fetch({ after }) });
	}

	/** Shows the messages around a `seq`. */
	goTo(seq: number): void {
		this.#options.apply({ type: "window requested", at: seq });
	}

	/** Closes the window and returns to the live end. */
	goToEnd(): void {
		this.#options.apply({ type: "window closed" });
	}

	/** Loads the window if it was requested since `before`. A new join requests it again. */
	async loadRequestedWindow(before: History): Promise<void> {
		const { fetch, history, apply, isJoined } = this.#options;
		const { historyWindow } = history();
		if (historyWindow?.type !== "loading" || historyWindow === before.historyWindow || !isJoined()) return;
		const { at } = historyWindow;
		apply({ type: "window loaded", at, page: await fetch({ around: at }) });
	}
}
