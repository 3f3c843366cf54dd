// Watches a person's list and shows notifications for arrivals. Must not depend on React or the
// browser.

import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { isWanted, type NotificationLevel } from "../../../src/protocol/push/arrival.ts";
import { emptyList } from "../list/list.ts";
import type { ListClient } from "../list/listClient.ts";
import { watch } from "./arrivals.ts";

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
	level(): NotificationLevel;
	/** True in the person's quiet hours. */
	isQuiet(): boolean;
	/** The service worker shows it: this device gets web push, and no page of the browser is visible. */
	isPushed(): Promise<boolean>;
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
	let watched = emptyList;
	const look = () => {
		const { list } = options.list.snapshot();
		if (list === watched) return;
		const { arrivals, over } = watch(watched, list, options.userId);
		watched = list;
		for (const id of over) options.withdraw(id);
		for (const arrival of arrivals) if (isWanted(arrival, arrival.listed, options.level()) && !options.isQuiet()) void tell(arrival.listed);
	};
	const tell = async (listed: ListEntry) => {
		const permission = options.permission();
		if (permission !== "granted" && permission !== "default") return;
		if ((await options.isLookedAt(listed.id)) || (await options.isPushed())) return;
		if (permission === "default") options.missed();
		else if (options.isOurTurn()) options.show(listed);
	};
	look();
	return options.list.subscribe(look);
}
