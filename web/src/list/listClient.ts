// A person's list of conversations in this tab: updated over its own socket, with older pages over
// HTTP. Must not depend on React. Provides snapshots and notifies its listeners of new ones.

import type { ListEntry, ListEntryChange } from "../../../src/protocol/conversation.ts";
import { parseMeFrame } from "../../../src/protocol/frames.ts";
import type { MeEvent } from "../../../src/protocol/me.ts";
import type { MeClientEvent } from "../../../src/protocol/push/looking.ts";
import { Connection, type ConnectionOptions, type ConnectionState } from "../live/connection.ts";
import { type Throttle, throttle } from "../live/throttle.ts";
import { type ConversationView, emptyList, type List, type ListAction, reduceList } from "./list.ts";
import type { OpenOtherTabs, OtherTabs, TabMessage } from "./otherTabs.ts";

export type ListSnapshot = { list: List; connection: ConnectionState };

type Page = Extract<ListAction, { type: "older came" }>["page"];

/** Storage that outlives the page. */
export interface ListKeeper {
	read(): Promise<readonly ListEntry[] | undefined>;
	write(conversations: readonly ListEntry[]): void;
}

export type ListOptions = Omit<ConnectionOptions<MeEvent>, "token" | "cursor" | "parseFrame" | "readyEvent" | "onEvents" | "onState"> & {
	/** The page of conversations after this one, or the first page; `null` if it cannot be loaded. */
	olderThan(listed: ListEntry | undefined): Promise<Page>;
	/** Returns whether the server accepted the change. */
	changeListEntry(conversationId: string, change: ListEntryChange): Promise<boolean>;
	keeper?: ListKeeper;
	/** Opens the channel to the person's other tabs. */
	openTabs: OpenOtherTabs;
};

/** In ms: storage is not written for every change. */
const keepEvery = 2_000;

export const emptyListSnapshot: ListSnapshot = { list: emptyList, connection: { type: "connecting" } };

export class ListClient {
	readonly #options: ListOptions;
	readonly #listeners = new Set<() => void>();
	#snapshot = emptyListSnapshot;
	#connection: Connection<MeEvent, MeClientEvent> | undefined;
	#tabs: OtherTabs | undefined;
	/** The latest view of the conversation that is open in this tab. */
	#view: ConversationView | undefined;
	readonly #keeping: Throttle;

	constructor(options: ListOptions) {
		this.#options = options;
		this.#keeping = throttle(options.clock, keepEvery, () => options.keeper?.write(this.#snapshot.list.conversations));
	}

	/** For `useSyncExternalStore`. Returns how to unsubscribe. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	readonly snapshot = (): ListSnapshot => this.#snapshot;

	/** Connects with the first token, or asks for one if it is `null`. Later tokens replace it. */
	setToken(token: string | null): void {
		if (this.#connection) {
			if (token !== null) this.#connection.setToken(token);
			return;
		}
		this.#tabs = this.#options.openTabs((message) => this.#receiveFromTab(message));
		void this.#options.keeper?.read().then((kept) => kept && this.#apply({ type: "cache restored", conversations: kept }));
		this.#connection = new Connection<MeEvent, MeClientEvent>({
			...this.#options,
			token,
			parseFrame: parseMeFrame,
			readyEvent: "me:conversations",
			onEvents: (events) => this.#receive(events),
			onState: (connection) => this.#become({ ...this.#snapshot, connection }),
		});
		this.#connection.start();
	}

	/** Disconnects. Setting a token connects again. */
	stop(): void {
		this.#keeping.flush();
		this.#connection?.stop();
		this.#connection = undefined;
		this.#tabs?.close();
		this.#tabs = undefined;
	}

	/** Does nothing while not connected. */
	send(event: MeClientEvent): void {
		this.#connection?.send(event);
	}

	wake(): void {
		this.#connection?.wake();
	}

	lostNetwork(): void {
		this.#connection?.lostNetwork();
	}

	/** Called when the page is hidden: it may be discarded at any time. */
	rest(): void {
		this.#keeping.flush();
	}

	/** Records what the reader sees of the open conversation. */
	reportView(view: ConversationView): void {
		this.#view = view;
		this.#apply({ type: "viewed", view });
		this.#tabs?.send({ type: "viewed", view });
	}

	/** The conversation is no longer open in this tab. */
	endView(): void {
		this.#view = undefined;
	}

	/** The person left or deleted the conversation in this tab. */
	left(conversationId: string): void {
		this.#apply({ type: "left", conversationId });
	}

	/**
	 * Takes effect immediately, and is reverted if the server refuses. Returns whether it was
	 * accepted.
	 */
	async change(listed: ListEntry, change: ListEntryChange): Promise<boolean> {
		const conversationId = listed.id;
		this.#apply({ type: "changed", conversationId, change });
		if (await this.#options.changeListEntry(conversationId, change)) return true;
		const former = Object.fromEntries(Object.keys(change).map((key) => [key, listed[key as keyof ListEntryChange] ?? null]));
		this.#apply({ type: "changed", conversationId, change: former });
		return false;
	}

	async loadOlder(): Promise<void> {
		const { older, conversations } = this.#snapshot.list;
		if (older === "none" || older === "loading") return;
		// Pinned conversations are not in the order of the pages.
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
		// A conversation was removed: its stored copy must go at once.
		if (list.conversations.length < before.conversations.length) this.#keeping.flush();
	}

	#become(snapshot: ListSnapshot): void {
		this.#snapshot = snapshot;
		for (const listener of this.#listeners) listener();
	}
}
