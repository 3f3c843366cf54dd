// What the relays ask of their conversation: who may enter, and to take what their clients send. The conversation checks everybody again.

import { errorEvent } from "../../protocol/events.ts";
import { parseFrame } from "../../protocol/frames.ts";
import type { Author } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { prices, readOf } from "../messages/work-rate.ts";
import type { Parts } from "../wiring.ts";
import type { Answer, Ask, Asked, Entry, Page, Passed, Taken } from "./delivery.ts";
import { RelayedClient } from "./relayed-client.ts";

export class RelayCalls {
	readonly #parts: Parts;
	readonly #relay: number;

	constructor(parts: Parts, relay: number) {
		this.#parts = parts;
		this.#relay = relay;
	}

	/** Says who may enter, and what they need to know, as of the last delivery. A conversation that does not exist admits nobody. */
	async admit({ people, needsBase, asks }: Asked): Promise<Answer> {
		const { relays, store, admission } = this.#parts;
		const refused = await Promise.all(asks.map((ask) => ("identity" in ask ? admission.refuseBefore(ask.identity) : undefined)));
		await relays.upToDate();
		const pages = new Map<string, Page>();
		const entries = asks.map((ask, nth): Entry => {
			const refusal = refused[nth];
			return refusal ? { refusal } : this.#entryFor(ask, pages);
		});
		if (!store.exists) return { ...relays.place, cursor: "", at: relays.tick(), entries };
		if (entries.some((entry) => "facts" in entry)) relays.admit(this.#relay, people);
		else relays.report(this.#relay, people);
		const base = needsBase ? this.#page(undefined, pages) : undefined;
		return { ...relays.place, cursor: store.log.cursor, at: relays.tick(), base, entries };
	}

	#entryFor(ask: Ask, pages: Map<string, Page>): Entry {
		const { store, admission, conversation, work, now } = this.#parts;
		const person = "identity" in ask ? admission.connectAtRelay(ask.identity) : this.#stillHere(ask.person);
		if ("code" in person) return { refusal: person };
		const { from, endsAt } = store.members.standing(person.userId);
		// Their sockets receive less, or close by themselves.
		if (from > 1 || endsAt !== null) return { elsewhere: true };
		const page = ask.needsPage ? this.#page(ask.cursor, pages) : undefined;
		if (page && "identity" in ask) work.count(admission.requester(ask.identity), now(), readOf(page.messages));
		// A relay that has the page itself needs the names that are in the newest one.
		const shown = page ?? (store.members.areMany ? this.#page(undefined, pages) : undefined);
		return { facts: conversation.factsFor(person, 1, shown?.messages ?? []), page };
	}

	/** Those who ask with the same cursor share what is read. */
	#page(cursor: string | undefined, pages: Map<string, Page>): Page {
		const known = pages.get(cursor ?? "");
		const page = known ?? this.#parts.conversation.history().since(cursor);
		pages.set(cursor ?? "", page);
		return page;
	}

	/** Under the name that the conversation knows: the relay may have an older one. Programs keep theirs. */
	#stillHere(person: Author): Author | Refusal {
		const { store, endings } = this.#parts;
		endings.run();
		const member = store.exists ? store.members.find(person.userId) : undefined;
		if (!member) return { code: "not_found" };
		return person.program ? person : { userId: member.userId, username: member.username };
	}

	/** Takes what a client has sent. Its answers go to the relay with everything else. */
	async take(passed: Passed): Promise<Taken> {
		const { sender } = passed;
		const { store, inbound, relays, now } = this.#parts;
		const person = this.#stillHere(sender.person);
		if ("code" in person) return { isOver: true };
		const client = new RelayedClient({ ...sender, person }, relays);
		if ("flooded" in passed) inbound.shutOut(person, now());
		if ("flooded" in passed) return {};
		if ("token" in passed) return this.#renew(client, passed.token);
		const isBad = this.#handle(client, passed.frame);
		return { ...(isBad && { isBad }), ...(!store.exists && { isOver: true as const }) };
	}

	async #renew(client: RelayedClient, token: string): Promise<Taken> {
		const { admission, work, now } = this.#parts;
		const renewal = work.begin(client.requester, now(), prices.renew) ?? (await admission.authenticate(token, client.person));
		if (!("code" in renewal)) return { renewal };
		this.#refuse(client, renewal);
		return renewal.code === "unauthorized" ? { isBad: true } : {};
	}

	/** True if the frame was a bad one. */
	#handle(client: RelayedClient, frame: string | ArrayBuffer): true | undefined {
		const { conversation, uploads } = this.#parts;
		if (typeof frame !== "string") {
			const refusal = uploads.receive(client, frame);
			if (refusal) this.#refuse(client, refusal);
			return refusal && true;
		}
		let isBad: true | undefined;
		for (const parsed of parseFrame(frame)) {
			if ("event" in parsed) conversation.receive(client, parsed.event);
			else this.#refuse(client, parsed.refusal);
			if ("refusal" in parsed && parsed.refusal.code !== "too_large") isBad = true;
		}
		return isBad;
	}

	#refuse(client: RelayedClient, refusal: Refusal): void {
		this.#parts.clients.send(client, errorEvent(this.#parts.id, refusal));
	}
}
