// Sends what a conversation delivers to the sockets of a relay: one encoding for everybody.

import type { Item } from "../conversation/relays/delivery.ts";
import type { Socket } from "../conversation/sockets/socket.ts";

export function sendItems(items: readonly Item[], sockets: Iterable<Socket>, now: number): void {
	const texts = items.map((item) => ("event" in item ? JSON.stringify(item.event) : item.frame.slice(1, -1)));
	const special = new Set(items.flatMap((item) => ("to" in item ? item.to.userId : (item.exceptUser ?? []))));
	const whole = frameOf(texts.filter((_, nth) => isForAll(items[nth] as Item)));
	for (const socket of sockets) {
		if (socket.isRevoked) continue;
		if (!socket.isOpen(now)) {
			socket.expire();
			continue;
		}
		const isSpecial = special.has(socket.person.userId);
		const frame = isSpecial ? frameOf(texts.filter((_, nth) => isFor(items[nth] as Item, socket))) : whole;
		if (frame !== undefined) socket.send(frame);
	}
}

function frameOf(texts: readonly string[]): string | undefined {
	return texts.length > 0 ? `[${texts.join(",")}]` : undefined;
}

function isForAll(item: Item): boolean {
	return "event" in item;
}

function isFor(item: Item, { person, relayed }: Socket): boolean {
	if ("event" in item) return item.exceptUser !== person.userId;
	return item.to.userId === person.userId && (item.to.socketId === undefined || item.to.socketId === relayed?.id);
}
