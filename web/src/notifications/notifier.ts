// Watches a person's list and shows notifications for arrivals. Must not depend on React or the
// browser.

import type { ListEntry } from "../../../src/protocol/conversation.ts";
import type { Preferences } from "../account/preferences.ts";
import { emptyList } from "../list/list.ts";
import type { ListClient } from "../list/listClient.ts";
import { isWanted, type Watched, watch } from "./arrivals.ts";

export type Permission =
	| "granted"
	| "denied"
	/** The person has not been asked yet. */
	| "default"
	/** The browser has no notifications, or not on this page. */
	| "none";

export type NotifierOptions = {
	userId: string;
	list: Pick<ListClient, "subscribe" | "snapshot">;
	level(): Preferences["notifications"];
	permission(): Permission;
	/** Only one tab shows notifications. */
	isOurTurn(): boolean;
	/** Whether the conversation is visible in this tab or another. */
	isLookedAt(conversationId: string): Promise<boolean>;
	show(conversation: ListEntry): void;
	withdraw(conversationId: string): void;
	/** An arrival would have caused a notification, but the person was never asked. */
	missed(): void;
};

/** Returns how to stop. */
export function follow(options: NotifierOptions): () => void {
	let watched: Watched = { list: emptyList, answers: new Map() };
	const look = () => {
		const { list } = options.list.snapshot();
		if (list === watched.list) return;
		const watching = watch(watched, list, options.userId);
		watched = watching.watched;
		for (const id of watching.over) options.withdraw(id);
		for (const arrival of watching.arrivals) if (isWanted(arrival, options.level())) void tell(arrival.listed);
	};
	const tell = async (listed: ListEntry) => {
		const permission = options.permission();
		if (permission !== "granted" && permission !== "default") return;
		if (await options.isLookedAt(listed.id)) return;
		if (permission === "default") options.missed();
		else if (options.isOurTurn()) options.show(listed);
	};
	look();
	return options.list.subscribe(look);
}
