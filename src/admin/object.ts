// The Durable Object of the administration: one for the deployment. It knows who was here and what administrators have done. It trusts
// its callers: other objects, and the Worker, which lets only administrators call it. No message waits for it.

import { purseName } from "../money/object.ts";
import type { ActFilter, AdminAct, ConversationRecord, NetworkBan, PersonRecord, Report, Suspended } from "../protocol/admin/records.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { Conversations } from "./conversations.ts";
import { Counters } from "./counters.ts";
import { Networks } from "./networks.ts";
import type { PeopleQuery, Place } from "./people.ts";
import { PurseCalls } from "./purse-calls.ts";
import { Reports } from "./reports.ts";

/** A conversation that has reported nothing for so long has no connections, in ms: sign-ins last shorter, and their end is reported. */
const connectionsLast = 24 * 3600_000;

/** `isPending`: the person's own object could not be reached yet, and is tried again. */
type Outcome = { suspended: Suspended | undefined; isPending: boolean };

export class DirectoryObject extends PurseCalls {
	readonly #conversations = new Conversations(this.ctx.storage.sql);
	readonly #networks = new Networks(this.ctx.storage.sql);
	readonly #counters = new Counters(this.ctx.storage.sql);
	readonly #reports = new Reports((reports) => this.#store(reports));

	// Calls of other objects

	/** Stored a little later, together with other reports. */
	async report(report: Report): Promise<void> {
		this.#reports.add(report);
	}

	#store({ people, conversations, spent, counts }: Required<Report>): void {
		this.open();
		const now = Date.now();
		const endedAt = this.knownPeople.guestsEndedAt;
		for (const person of people) this.knownPeople.save(person, now);
		for (const conversation of conversations) this.#conversations.save(conversation, now);
		for (const one of spent) this.#conversations.saveSpent(one);
		this.#counters.add(counts);
		// They were not known when all guests were ended.
		if (people.some(({ since }) => since < endedAt)) void this.ending.enqueueAll([["all", undefined]]);
	}

	/** A person is erased. Their purse comes first: it may be telling what they have spent. Rejects if it cannot be reached. */
	async forget(userId: string): Promise<void> {
		await this.env.LEDGER.getByName(purseName({ userId })).forgetPerson();
		this.#reports.forget(userId);
		if (this.isOpen) this.knownPeople.forget(userId);
	}

	async forgetConversation(id: string): Promise<void> {
		this.#reports.forgetConversation(id);
		if (this.isOpen) this.#conversations.forget(id);
	}

	// Calls of the Worker for administrators

	/**
	 * Two administrators may suspend each other at once: whoever is suspended by then suspends nobody. Since nobody suspends
	 * themselves, one administrator always remains.
	 */
	async suspend(by: string, userId: string): Promise<Outcome | Refusal> {
		this.open();
		if (this.suspensions.has(by)) return { code: "suspended" };
		if (by === userId) return { code: "forbidden" };
		if (this.suspensions.add(userId, by, Date.now())) this.acts.add("suspended", by, userId, Date.now());
		return this.#passOn(userId);
	}

	async restore(by: string, userId: string): Promise<Outcome | Refusal> {
		this.open();
		if (this.suspensions.has(by)) return { code: "suspended" };
		if (this.suspensions.delete(userId)) this.acts.add("restored", by, userId, Date.now());
		return this.#passOn(userId);
	}

	/** Also where nothing has changed: whatever a failed call left open is put right. */
	async #passOn(userId: string): Promise<Outcome> {
		this.suspending.cancel(userId);
		await this.suspending.enqueueAll([[userId, undefined]]);
		await this.suspending.idle(userId);
		return { suspended: this.suspensions.find(userId), isPending: this.suspending.has(userId) };
	}

	async suspended(userId: string): Promise<Suspended | undefined> {
		this.open();
		return this.suspensions.find(userId);
	}

	async people(by: string, query: PeopleQuery): Promise<{ people: PersonRecord[]; next?: Place }> {
		this.open();
		this.#reports.flush();
		this.acts.addLook("listed_people", by, undefined, Date.now());
		return this.knownPeople.list(query);
	}

	async person(by: string, userId: string): Promise<PersonRecord | undefined> {
		this.open();
		this.#reports.flush();
		const person = this.knownPeople.find(userId);
		if (person) this.acts.addLook("viewed", by, userId, Date.now());
		return person;
	}

	async conversations(after: Place | undefined, limit: number): Promise<{ conversations: ConversationRecord[]; next?: Place }> {
		this.open();
		this.#reports.flush();
		return this.#conversations.list(after, limit);
	}

	async spenders(day: number, limit: number): Promise<ReturnType<Conversations["spenders"]>> {
		this.open();
		this.#reports.flush();
		return this.#conversations.spenders(day, limit);
	}

	/** Ends all guests of now. They are signed out for good, one after another. Returns how many are known. */
	async endGuests(by: string): Promise<number> {
		this.open();
		this.#reports.flush();
		this.knownPeople.endGuests(Date.now());
		this.acts.add("ended_guests", by, undefined, Date.now());
		const count = this.knownPeople.countGuests();
		void this.ending.enqueueAll([["all", undefined]]);
		return count;
	}

	/** The counts of objects and of the Worker. */
	async counts(): Promise<{ counts: Record<string, number>; gauges: ReturnType<Counters["gauges"]> }> {
		this.open();
		this.#reports.flush();
		return { counts: this.#counters.all(), gauges: this.#counters.gauges(Date.now() - connectionsLast) };
	}

	async banNetwork(by: string, prefix: string, until: number): Promise<NetworkBan> {
		this.open();
		this.#networks.ban(prefix, until, by, Date.now());
		this.acts.add("banned", by, prefix, Date.now());
		return this.#networks.find(prefix, Date.now()) as NetworkBan;
	}

	async unbanNetwork(by: string, prefix: string): Promise<boolean> {
		this.open();
		const isLifted = this.#networks.unban(prefix);
		if (isLifted) this.acts.add("unbanned", by, prefix, Date.now());
		return isLifted;
	}

	async networks(): Promise<NetworkBan[]> {
		return this.isOpen ? this.#networks.list(Date.now()) : [];
	}

	/** The acts before one, newest first. */
	async audit(before: number, limit: number, filter: ActFilter = {}): Promise<{ acts: AdminAct[]; hasMore: boolean }> {
		this.open();
		const acts = this.acts.before(before, limit + 1, filter);
		return { acts: this.#named(acts.slice(0, limit)), hasMore: acts.length > limit };
	}

	#named(acts: readonly AdminAct[]): AdminAct[] {
		const names = this.knownPeople.namesOf(acts.flatMap(({ actor, subject = actor }) => [actor, subject]));
		return acts.map((act) => {
			const [actorName, subjectName] = [names.get(act.actor), names.get(act.subject ?? "")];
			return { ...act, ...(actorName !== undefined && { actorName }), ...(subjectName !== undefined && { subjectName }) };
		});
	}
}
