// Keeps track of the people who are connected, and tells everybody about them: by name while they are few, and by their number above
// that. Nothing is stored: after a sleep, all of it follows from the open sockets.

import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import type { Clients } from "../ports.ts";
import type { Store } from "../store/store.ts";
import { Coalesced } from "./coalesced.ts";

type Dependencies = { store: Pick<Store, "exists" | "info" | "members">; clients: Clients; now: () => number };

/** The first people who are here; `participantCount`: how many they are, if that is more. */
export type ParticipantList = { participants: Person[]; participantCount?: number };

export class Presence {
	readonly #with: Dependencies;
	readonly #count: Coalesced;

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
		this.#count = new Coalesced(() => this.#tellCount(), limits.presenceInterval, dependencies.now);
	}

	isHere(userId: string): boolean {
		return this.#with.clients.of(userId).length > 0;
	}

	/** True if everybody is told only how many are here: they are many, or relays hold some of them. */
	get #isNumber(): boolean {
		const { people, peopleElsewhere } = this.#with.clients;
		return people > limits.participants || peopleElsewhere > 0;
	}

	/** For a client that joins: with its own person in any case. */
	listFor(person: Person): ParticipantList {
		if (!this.#isNumber) return { participants: this.#first(limits.participants) };
		const { userId } = person;
		const others = this.#first(limits.participants, userId).slice(0, limits.participants - 1);
		const [own = person] = this.#personOf(userId);
		const participants = [{ userId, username: own.username }, ...others];
		return { participants, participantCount: Math.max(this.#with.clients.people, participants.length) };
	}

	/** Relays hold another number of people. */
	changedElsewhere(): void {
		if (this.#with.store.exists) this.#count.request();
	}

	/** Their first client has been added. */
	joined(person: Person): void {
		const { clients, store } = this.#with;
		if (this.#isNumber) this.#count.request();
		else clients.broadcast({ type: "chat:user-joined", conversationId: store.info.id, ...person }, person.userId);
	}

	/** Their last client has been deleted. */
	left(person: Person): void {
		const { clients, store } = this.#with;
		// With the last one above the limit, everybody is told again who is here.
		if (this.#isNumber || clients.people >= limits.participants) this.#count.request();
		else clients.broadcast({ type: "chat:user-left", conversationId: store.info.id, ...person });
	}

	#tellCount(): void {
		const { clients, store } = this.#with;
		// The conversation may have been deleted meanwhile.
		if (!store.exists) return;
		const { people } = clients;
		const participants = !this.#isNumber && { participants: this.#first(limits.participants) };
		clients.broadcast({ type: "chat:presence", conversationId: store.info.id, participantCount: people, ...participants });
	}

	/** The first people who are here, once each. */
	#first(most: number, except?: string): Person[] {
		const participants: Person[] = [];
		for (const userId of this.#with.clients.userIds()) {
			if (participants.length >= most) break;
			if (userId !== except) participants.push(...this.#personOf(userId));
		}
		return participants;
	}

	/** Under their own name where they are here in person beside a program of theirs; nobody if they are not here. */
	#personOf(userId: string): Person[] {
		const { clients, store } = this.#with;
		const people = clients.of(userId).map(({ person }) => person);
		const ownName = store.members.find(userId)?.username;
		const person = people.findLast(({ username }) => username === ownName) ?? people[0];
		return person ? [person] : [];
	}
}
