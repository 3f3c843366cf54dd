// Fetches the pages of a conversation's history that somebody reads. Knows nothing of sockets or of React.

import { type History, type Page, type PageAction, visibleHistory } from "./historyWindow.ts";

/** One place, by `seq`. */
export type PagePosition = { before: number } | { after: number } | { around: number };

export type PagingOptions = {
	/** `null` if it cannot be had now. */
	fetch(place: PagePosition): Promise<Page | null>;
	history(): History;
	/** Whether the server tells what changes: before that a page might grow old unnoticed. */
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
		apply({ type: "older asked" });
		apply({ type: "older came", before, page: await fetch({ before }) });
	}

	async loadNewer(): Promise<void> {
		const { fetch, history, apply } = this.#options;
		const { newer, messages } = visibleHistory(history());
		const after = messages.at(-1)?.seq;
		if (after === undefined || newer === "none" || newer === "loading") return;
		apply({ type: "newer asked" });
		apply({ type: "newer came", after, page: await fetch({ after }) });
	}

	/** To the messages around a place, wherever it is. */
	goTo(at: number): void {
		this.#options.apply({ type: "place asked", at });
	}

	/** Back to the end. */
	goToEnd(): void {
		this.#options.apply({ type: "place left" });
	}

	/** Fetches the place that is asked for, if that is news; who joins is asked once more. */
	async loadRequestedWindow(before: History): Promise<void> {
		const { fetch, history, apply, isJoined } = this.#options;
		const { historyWindow } = history();
		if (historyWindow?.type !== "asked" || historyWindow === before.historyWindow || !isJoined()) return;
		const { at } = historyWindow;
		apply({ type: "place came", at, page: await fetch({ around: at }) });
	}
}
