// Says which relay of a conversation holds a person's sockets, how many relays it has, and how often they are sent something. Pure.

/** Sockets of one relay, and the relays of one conversation. Above that, further people share the last ones. */
const most = { people: 5_000, relays: 30 };

/** How many relays share so many people. */
export function relaysFor(people: number): number {
	return Math.min(most.relays, Math.max(1, Math.ceil(people / most.people)));
}

/** The number of the relay for a person, if there are so many. All sockets of a person share one. */
export function relayOf(userId: string, relays: number): number {
	let hash = 2166136261;
	for (let at = 0; at < userId.length; at++) hash = Math.imul(hash ^ userId.charCodeAt(at), 16777619) >>> 0;
	return hash % relays;
}

/**
 * In ms. Readers of a large conversation do not need more than four deliveries a second. A relay takes about 0.05 ms to send to a person, and is
 * to be busy for half of the time: what it cannot send in time would queue, until it is behind and has to ask about everybody again.
 */
export function pauseBetweenDeliveries(peopleOfOneRelay: number): number {
	return Math.max(250, peopleOfOneRelay / 10);
}

/** The name of a relay's object. */
export function relayName(conversationId: string, relay: number): string {
	return `${relay} ${conversationId}`;
}

/** Reads a name that `relayName` has written. */
export function placeOfRelay(name: string): { relay: number; conversationId: string } {
	const end = name.indexOf(" ");
	return { relay: Number(name.slice(0, end)), conversationId: name.slice(end + 1) };
}
