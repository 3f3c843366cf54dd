// Queues what the relays are sent, and joins the chunks of a reply. All relays receive the same deliveries, at most four a second. Pure.
// Times are in ms.

import { endOfPause } from "../../platform/pause.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import { pauseBetweenDeliveries } from "../../relay/placement.ts";
import type { Addressee, Item } from "./delivery.ts";

type Chunk = Extract<ServerEvent, { type: "chat:streaming" | "chat:thought" }>;

export class Feed {
	#items: Item[] = [];
	#takenAt = Number.NEGATIVE_INFINITY;

	get isEmpty(): boolean {
		return this.#items.length === 0;
	}

	add(event: ServerEvent, exceptUser?: string): void {
		if (exceptUser === undefined && this.#growsLast(event)) return;
		// A chunk grows here and in the conversation's own queue: each has a copy.
		this.#items.push({ event: { ...event }, ...(exceptUser !== undefined && { exceptUser }) });
	}

	addFor(to: Addressee, frame: string): void {
		this.#items.push({ to, frame });
	}

	#growsLast(event: ServerEvent): boolean {
		const last = this.#items.at(-1);
		if (!last || !("event" in last) || last.exceptUser !== undefined) return false;
		if (!isChunk(last.event) || !isChunk(event) || last.event.type !== event.type || last.event.messageId !== event.messageId) return false;
		last.event.chunk += event.chunk;
		return true;
	}

	/** When the next delivery is due, if the fullest relay holds so many people. */
	dueAt(now: number, people: number): number {
		return endOfPause(this.#takenAt, pauseBetweenDeliveries(people), now);
	}

	take(now: number): Item[] {
		if (!this.isEmpty) this.#takenAt = now;
		return this.#items.splice(0);
	}
}

function isChunk(event: ServerEvent): event is Chunk {
	return event.type === "chat:thought" || (event.type === "chat:streaming" && !event.isComplete);
}
