// Exports the part that one person has in the conversation, piece by piece, so that each is little work for the object. Somebody who
// has left gets theirs, too: the words that they wrote stay theirs. Of others it has ids alone.

import { Lines, type Piece, type PlaceInConversation } from "../../protocol/account/export.ts";
import { accountLimits } from "../../protocol/account/limits.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import type { OwnTraces } from "../store/people/own.ts";
import type { Store } from "../store/store.ts";

type Records = Piece<PlaceInConversation>;

/** `after`: what is done of the part, by its numbers. Without a place, it begins. `read`: rows that were looked at. */
export function ownPiece(
	store: Store,
	own: OwnTraces,
	userId: string,
	place: PlaceInConversation | undefined,
	now: number,
): Records & { read: number } {
	const lines = new Lines();
	const { records, length } = accountLimits.ownPiece;
	/** Ends the piece where it is long enough, and says where it goes on. */
	const isFull = () => lines.text.length >= length || lines.records >= records;
	const done = (read: number, next?: PlaceInConversation) => ({ text: lines.text, records: lines.records, read, ...(next && { next }) });
	const { id: conversationId } = store.info;
	if (!place) {
		addAbout(lines, store, own, userId, now);
		return done(lines.records, { part: "messages", after: 0 });
	}
	switch (place.part) {
		case "messages": {
			const until = place.after + accountLimits.ownPiece.scanned;
			for (const { seq, message, acts } of own.traces(place.after, until)) {
				if (message) lines.add({ type: "message", ...message });
				for (const act of acts) lines.add({ type: "act", conversationId, ...act });
				if (isFull()) return done(seq - place.after, { part: "messages", after: seq });
			}
			const newest = store.log.head.seq;
			const isOver = until >= newest;
			return done(Math.min(until, newest) - place.after, isOver ? { part: "asides", after: 0 } : { part: "messages", after: until });
		}
		case "asides":
			for (const { n, aside } of store.asides.after(userId, place.after)) {
				lines.add({ type: "aside", ...aside });
				if (isFull()) return done(lines.records, { part: "asides", after: n });
			}
			return done(lines.records, { part: "payments", after: 0 });
		case "payments": {
			const payments = own.payments(place.after, records);
			for (const { n: _, microUsd, ...payment } of payments)
				lines.add({ type: "payment", conversationId, ...payment, usd: microUsd / 1_000_000 });
			const last = payments.length === records ? payments.at(-1)?.n : undefined;
			return done(lines.records, last === undefined ? undefined : { part: "payments", after: last });
		}
		default:
			return place.part satisfies never;
	}
}

/** Everything that is bounded in number. The title is known to members, and to whoever gave it. */
function addAbout(lines: Lines, store: Store, own: OwnTraces, userId: string, now: number): void {
	const { id: conversationId } = store.info;
	const membership = own.membership();
	const role = store.members.find(userId)?.role;
	const { title } = store.infoFrom(store.members.standing(userId).from);
	const knowsTitle = membership !== undefined || store.titling.by === userId;
	lines.add({
		type: "conversation",
		id: conversationId,
		isMember: membership !== undefined,
		...(knowsTitle && { title }),
		...(role && { role }),
		...membership,
	});
	for (const { userId: by, text, at } of store.instructions.versions())
		if (by === userId && text !== "") lines.add({ type: "instructions", conversationId, at, text });
	for (const given of store.audit.titlesOf(userId)) lines.add({ type: "title", conversationId, ...given });
	for (const { createdBy, role, createdAt, expiresAt, maxUses, uses } of store.invites.live(now)) {
		if (createdBy !== userId) continue;
		const times = { createdAt: isoTime(createdAt), expiresAt: isoTime(expiresAt) };
		lines.add({ type: "invite", conversationId, role, ...times, maxUses, uses });
	}
	// The rest of an address is often a secret.
	for (const { createdBy, url, events, createdAt, status } of store.webhooks.list())
		if (createdBy === userId) lines.add({ type: "webhook", conversationId, host: new URL(url).host, events, createdAt, status });
	for (const { id: _, createdBy, ...webhook } of store.incomingWebhooks.list())
		if (createdBy === userId) lines.add({ type: "incoming_webhook", conversationId, ...webhook });
	for (const unsent of own.unsentFiles()) lines.add({ type: "file", conversationId, ...unsent });
}
