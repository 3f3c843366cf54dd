// Goes on with what is unfinished in a conversation, when its object wakes and when its alarm fires. Must not know what any of it is.

import { goOnErasing } from "./person-calls.ts";
import type { Parts } from "./wiring.ts";

/** To be called when the object wakes. Nothing waits for it. */
export function goOnAfterWake({
	store,
	relays,
	replies,
	lists,
	removals,
	purses,
	files,
	webhooks,
	retention,
	transcripts,
	alarm,
}: Parts): void {
	// Nothing is streaming when the object falls asleep.
	relays.goOn(store.exists && store.log.streaming().length > 0);
	if (store.exists) replies.recover();
	if ((removals.dueAt ?? purses.dueAt ?? files.dueAt ?? webhooks.tokenEnds.dueAt ?? retention.dueAt ?? transcripts.dueAt) !== undefined)
		alarm.bringForward();
	void lists.recover();
	webhooks.goOn();
}

/** To be called by the alarm. Resolves when everything that was due has been tried, but for what other servers are asked for. */
export async function goOnWhenDue(parts: Parts): Promise<void> {
	const { store, clients, endings, replies, lists, removals, purses, files, webhooks, retention, transcripts, alarm } = parts;
	let notified: Promise<void> | undefined;
	await alarm.handle(async () => {
		endings.run();
		clients.expire();
		if (store.exists) replies.recover();
		notified = lists.recover();
		// A service may take a minute, and the platform fires no other alarm before this one has ended: nothing waits for it.
		void transcripts.runDue();
		webhooks.goOn();
		await purses.runDue();
		await files.runDue();
		await webhooks.tokenEnds.runDue();
		await removals.runDue();
		await goOnErasing(parts);
		retention.runDue();
	});
	await notified;
}
