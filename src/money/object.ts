// The Durable Object of a purse: the deployment has one, every person who pays, and the guests of each network together. It also counts the
// rows that a person, or the guests of a network, have stored today. People's are apart from their other objects, so that nobody fills theirs by erasing their account. It
// trusts its callers: conversations, people's objects and the Worker.

import { DurableObject } from "cloudflare:workers";
import { hasTables, migrateWhole } from "../platform/migrate.ts";
import { directoryName } from "../protocol/admin/records.ts";
import { isGuestId } from "../protocol/person.ts";
import { Forgotten } from "./forgotten.ts";
import { migrations } from "./migrations.ts";
import { mostOpenOf } from "./networks.ts";
import { dayOf, endOf, type Period } from "./periods.ts";
import { hasSpent, Purse } from "./purse.ts";
import { type Answer, type Balance, type Limit, nothingSpent, type Report, type Settlement, type Wish } from "./purse-calls.ts";
import { limitsIn, type Rule, type RuleScope, Rules } from "./rules.ts";
import { Speech, type SpeechAnswer, type SpeechLimits } from "./speech.ts";
import { Written } from "./written.ts";

/** In ms. A rule for all people or all guests takes effect within this time: each purse asks for it so often at most. */
const lease = 30_000;

/** Replies that run at once: so many for one person, and in the whole deployment, whose questions share Claude's own limits. */
const mostOpen = { person: 3, deployment: 100 };

/** Nothing of a network is kept on the next day. */
const networkPrefix = "network ";
const personPrefix = "person ";

/** The name of a purse's object. */
export function purseName(owner: "deployment" | { readonly userId: string } | { readonly network: string }): string {
	if (owner === "deployment") return owner;
	return "network" in owner ? networkPrefix + owner.network : personPrefix + owner.userId;
}

function mostOpenIn(name: string): number {
	if (name === purseName("deployment")) return mostOpen.deployment;
	return name.startsWith(networkPrefix) ? mostOpenOf(name.slice(networkPrefix.length)) : mostOpen.person;
}

export class LedgerObject extends DurableObject<Env> {
	readonly #purse: Purse;
	readonly #written: Written;
	readonly #uploaded: Written;
	readonly #speech: Speech;
	readonly #rules: Rules;
	readonly #forgotten: Forgotten;
	/** What the administration is being told. */
	readonly #tellings = new Set<Promise<void>>();
	/** The rule for everybody of the person's kind, and when it is asked for again. */
	#shared: { scope: RuleScope; rule: Rule | undefined; until: number } = { scope: "people", rule: undefined, until: 0 };
	#isWritten: boolean;
	/** When the alarm of a network is set, in ms. */
	#emptiedAt: number | undefined;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		this.#isWritten = hasTables(ctx.storage.sql);
		if (this.#isWritten) migrateWhole(ctx.storage, migrations);
		this.#purse = new Purse(ctx.storage.sql, mostOpenIn(this.#name));
		this.#written = new Written(ctx.storage.sql, "written");
		this.#uploaded = new Written(ctx.storage.sql, "uploaded");
		this.#speech = new Speech(ctx.storage.sql, new Written(ctx.storage.sql, "transcribed"));
		this.#rules = new Rules(ctx.storage.sql);
		this.#forgotten = new Forgotten(ctx.storage.sql);
	}

	/** Nothing is written for a person who was only asked for. */
	#createTables(): void {
		if (!this.#isWritten) migrateWhole(this.ctx.storage, migrations);
		this.#isWritten = true;
	}

	/** Labels are models in the deployment's purse, and conversations in a person's. A network's has none. */
	async reserve(wish: Wish, limits: readonly Limit[]): Promise<Answer> {
		await this.#begin();
		const administered = await this.#administered(wish.isGuest);
		return this.#purse.reserve(wish, [...limits, ...administered]);
	}

	/** The limits that administrators have set for this purse. Rejects if the deployment's purse cannot be reached. */
	async #administered(isGuest?: boolean): Promise<Limit[]> {
		const scope = (isGuest ?? isGuestId(this.#name.slice(personPrefix.length))) ? "guests" : "people";
		const isKnown = this.#shared.scope === scope && Date.now() < this.#shared.until;
		if (this.#name.startsWith(personPrefix) && !isKnown) {
			const deployment = this.env.LEDGER.getByName(purseName("deployment"));
			this.#shared = { scope, rule: await deployment.rule(scope), until: Date.now() + lease };
		}
		return limitsIn([this.#isWritten ? this.#rules.find("own") : undefined, this.#shared.rule], Date.now());
	}

	/** Sets a rule of an administrator, or takes it back. */
	async setRule(scope: RuleScope, rule: Rule | undefined): Promise<void> {
		this.#createTables();
		this.#rules.set(scope, rule);
	}

	async rule(scope: RuleScope): Promise<Rule | undefined> {
		return this.#isWritten ? this.#rules.find(scope) : undefined;
	}

	async settle(settlement: Settlement): Promise<void> {
		// It was a network's, of a day that is over.
		const isOver = this.#isNetworks && dayOf(settlement.at) < dayOf(Date.now());
		if (isOver && !this.#isWritten) return;
		await this.#begin();
		// What was asked just before midnight and reserved after it holds a place, and nothing else of that day is kept.
		const isReleased = !hasSpent(settlement.spent) || this.#purse.holds(settlement);
		if (isOver && isReleased) this.#purse.settle({ ...settlement, spent: nothingSpent }, Date.now());
		if (isOver) return;
		// A settlement that fails in the middle is repeated: it must not have been half done.
		const isNews = this.ctx.storage.transactionSync(
			() => this.#purse.settle(settlement, Date.now()) && !this.#forgotten.covers(settlement),
		);
		if (isNews && hasSpent(settlement.spent)) this.#tell(dayOf(settlement.at));
	}

	/** Tells the administration what a person has spent on a day. What is lost is told with the next settlement. */
	#tell(day: number): void {
		if (!this.#name.startsWith(personPrefix)) return;
		const spent = { userId: this.#name.slice(personPrefix.length), day, ...this.#forgotten.since(day, this.#purse.spentOn(day)) };
		const telling = this.env.DIRECTORY.getByName(directoryName)
			.report({ spent: [spent] })
			.catch(() => {})
			.finally(() => this.#tellings.delete(telling));
		this.#tellings.add(telling);
	}

	/** The person is erased. The administration is told nothing more of what was reserved until now; resolves when it has been told the rest. */
	async forgetPerson(): Promise<void> {
		const now = Date.now();
		if (this.#isWritten) this.#forgotten.put(now, this.#purse.spentOn(dayOf(now)));
		await Promise.all(this.#tellings);
	}

	/** Reports the spending of the current period, and what is left under these limits. */
	async report(
		period: Period,
		limits: readonly Limit[] = [],
		isGuest?: boolean,
	): Promise<{ at: number; report: Report | undefined; balances: Balance[] }> {
		const all = [...limits, ...(await this.#administered(isGuest))];
		const at = Date.now();
		const left = (limit: Limit) => (this.#isWritten ? this.#purse.leftOf(limit, at) : limit.microUsd);
		const report = this.#isWritten ? this.#purse.report(period, at) : undefined;
		return { at, report, balances: all.map((limit) => ({ limit, left: left(limit) })) };
	}

	/** A person was erased from a conversation: the sums stay, and do not say where it was spent. */
	async forget(conversationId: string): Promise<void> {
		if (this.#isWritten) this.#purse.relabel(conversationId, "");
	}

	/** Counts rows that are about to be stored, or says when there will be room again under `most` a day. */
	addWritten(rows: number, most: number): Promise<{ retryAfterMs: number } | undefined> {
		return this.#count(this.#written, rows, most);
	}

	/** The same for bytes of files that are about to be stored. */
	addUploaded(bytes: number, most: number): Promise<{ retryAfterMs: number } | undefined> {
		return this.#count(this.#uploaded, bytes, most);
	}

	/** Reserves seconds of speech before a service is asked to write a file down. */
	async reserveSpeech(fileId: string, seconds: number, limits: SpeechLimits): Promise<SpeechAnswer> {
		const now = await this.#begin();
		return this.#speech.reserve(fileId, seconds, limits, now);
	}

	/** The service was asked. `seconds`: as long as the file was, if that is known. Returns how many of them `most` a day had room for. */
	async settleSpeech(fileId: string, seconds?: number, most?: number): Promise<number | undefined> {
		return this.#isWritten ? this.#speech.settle(fileId, seconds, Date.now(), most) : undefined;
	}

	async #count(counter: Written, more: number, most: number): Promise<{ retryAfterMs: number } | undefined> {
		const now = await this.#begin();
		return counter.add(more, most, now);
	}

	/** To be called before anything is written. Returns the time of it. */
	async #begin(): Promise<number> {
		const now = Date.now();
		if (this.#isNetworks) await this.#emptyAt(endOf("day", now) as number, now);
		this.#createTables();
		return now;
	}

	/** Sets the alarm of a network. One that is late has its work done first: it would be moved to the next day. */
	async #emptyAt(end: number, now: number): Promise<void> {
		this.#emptiedAt ??= (await this.ctx.storage.getAlarm()) ?? undefined;
		if (this.#emptiedAt !== undefined && this.#emptiedAt <= now) await this.alarm();
		if (this.#emptiedAt !== end) await this.ctx.storage.setAlarm(end);
		this.#emptiedAt = end;
	}

	get #name(): string {
		return this.ctx.id.name ?? "";
	}

	get #isNetworks(): boolean {
		return this.#name.startsWith(networkPrefix);
	}

	/** Only networks set one. */
	override async alarm(): Promise<void> {
		await this.ctx.storage.deleteAll();
		this.#isWritten = false;
		this.#emptiedAt = undefined;
	}
}
