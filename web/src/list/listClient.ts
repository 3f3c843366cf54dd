// One person's list of conversations as this tab holds it: live by a socket of its own, older pages by HTTP.
// Knows nothing of React; hands out snapshots and says when there is a new one.

import type { ListEntry, ListEntryChange } from "../../../src/protocol/conversation.ts";
import { parseMeFrame } from "../../../src/protocol/frames.ts";
import type { MeEvent } from "../../../src/protocol/me.ts";
import { Connection, type ConnectionOptions, type ConnectionState } from "../live/connection.ts";
import { type Throttle, throttle } from "../live/throttle.ts";
import { type ConversationView, emptyList, type List, type ListAction, reduceList } from "./list.ts";
import type { OpenOtherTabs, OtherTabs, TabMessage } from "./otherTabs.ts";

export type ListSnapshot = { list: List; connection: ConnectionState };

type Page = Extract<ListAction, { type: "older came" }>["page"];

/** What outlives the page of the list. */
export interface ListKeeper {
	recall(): Promise<readonly ListEntry[] | undefined>;
	keep(conversations: readonly ListEntry[]): void;
}

export type ListOptions = Omit<ConnectionOptions<MeEvent>, "token" | "cursor" | "parseFrame" | "readyEvent" | "onEvents" | "onState"> & {
	/** The page of conversations whose last activity was before that of one, or from the first; `null` if it cannot be had now. */
	olderThan(listed: ListEntry | undefined): Promise<Page>;
	/** Whether the server took it. */
	changeListEntry(conversationId: string, change: ListEntryChange): Promise<boolean>;
	keeper?: ListKeeper;
	/** The person's other tabs. */
	openTabs: OpenOtherTabs;
};

/** In ms: a disk is not for every change. */
const keepEvery = 2_000;

export const emptyListSnapshot: ListSnapshot = { list: emptyList, connection: { type: "connecting" } };

export class ListClient {
	readonly #options: ListOptions;
	readonly #listeners = new Set<() => void>();
	#snapshot = emptyListSnapshot;
	#connection: Connection<MeEvent, never> | undefined;
	#tabs: OtherTabs | undefined;
	/** What was seen last of the conversation that is open here. */
	#view: ConversationView | undefined;
	readonly #keeping: Throttle;

	constructor(options: ListOptions) {
		this.#options = options;
		this.#keeping = throttle(options.clock, keepEvery, () => options.keeper?.keep(this.#snapshot.list.conversations));
	}

	/** For `useSyncExternalStore`; answers how to stop listening. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	readonly snapshot = (): ListSnapshot => this.#snapshot;

	/** Connects with the first token, or asks for one where there is none; every later one takes its place. */
	setToken(token: string | null): void {
		if (this.#connection) {
			if (token !== null) this.#connection.setToken(token);
			return;
		}
		this.#tabs = this.#options.openTabs((message) => this.#receiveFromTab(message));
		void this.#options.keeper?.recall().then((kept) => kept && this.#apply({ type: "recalled", conversations: kept }));
		this.#connection = new Connection<MeEvent, never>({
			...this.#options,
			token,
			parseFrame: parseMeFrame,
			readyEvent: "me:conversations",
			onEvents: (events) => this.#receive(events),
			onState: (connection) => this.#become({ ...this.#snapshot, connection }),
		});
		this.#connection.start();
	}

	/** Lets go of the connection; a token would connect again. */
	stop(): void {
		this.#keeping.flush();
		this.#connection?.stop();
		this.#connection = undefined;
		this.#tabs?.close();
		this.#tabs = undefined;
	}

	wake(): void {
		this.#connection?.wake();
	}

	lostNetwork(): void {
		this.#connection?.lostNetwork();
	}

	/** Nobody looks any more, and the page may be gone at any time. */
	rest(): void {
		this.#keeping.flush();
	}

	/** What is seen of a conversation that is open here. */
	reportView(view: ConversationView): void {
		this.#view = view;
		this.#apply({ type: "viewed", view });
		this.#tabs?.send({ type: "viewed", view });
	}

	/** It is open here no more. */
	endView(): void {
		this.#view = undefined;
	}

	/** Left or deleted from here. */
	left(conversationId: string): void {
		this.#apply({ type: "left", conversationId });
	}

	/** Holds at once; whether the server took it: else all is as it was. */
	async change(listed: ListEntry, change: ListEntryChange): Promise<boolean> {
		const conversationId = listed.id;
		this.#apply({ type: "changed", conversationId, change });
		if (await this.#options.changeListEntry(conversationId, change)) return true;
		const former = Object.fromEntries(Object.keys(change).map((key) => [key, listed[key as keyof ListEntryChange]]));
		this.#apply({ type: "changed", conversationId, change: former });
		return false;
	}

	async loadOlder(): Promise<void> {
		const { older, conversations } = this.#snapshot.list;
		if (older === "none" || older === "loading") return;
		// Pinned ones are not in the order of the pages.
		const last = conversations.findLast(({ pinned }) => !pinned);
		this.#apply({ type: "older asked" });
		this.#apply({ type: "older came", page: await this.#options.olderThan(last) });
	}

	#receive(events: readonly MeEvent[]): void {
		const isAnew = events.some(({ type }) => type === "me:conversations");
		const seen: ListAction[] = isAnew && this.#view ? [{ type: "viewed", view: this.#view }] : [];
		this.#apply({ type: "received", events }, ...seen);
		if (isAnew) this.#tabs?.send({ type: "views requested" });
	}

	#receiveFromTab(message: TabMessage): void {
		switch (message.type) {
			case "viewed":
				this.#apply(message);
				return;
			case "views requested":
				if (this.#view) this.#tabs?.send({ type: "viewed", view: this.#view });
				return;
			default:
				message satisfies never;
		}
	}

	#apply(...actions: ListAction[]): void {
		const before = this.#snapshot.list;
		const list = actions.reduce(reduceList, before);
		if (list === before) return;
		this.#become({ ...this.#snapshot, list });
		if (!list.isKnown || list.conversations === before.conversations) return;
		this.#keeping.schedule();
		// Where one is no longer, nothing is kept of it.
		if (list.conversations.length < before.conversations.length) this.#keeping.flush();
	}

	#become(snapshot: ListSnapshot): void {
		this.#snapshot = snapshot;
		for (const listener of this.#listeners) listener();
	}
}
