// The Durable Object of a purse: the deployment has one, and every person who pays. It also counts the rows that a person, or the guests
// of a network, have stored today. People's are apart from their other objects, so that nobody fills theirs by erasing their account. It
// trusts its callers: conversations, people's objects and the Worker.

import { DurableObject } from "cloudflare:workers";
import { hasTables, type Migration, migrate } from "../platform/migrate.ts";
import { endOf, type Period } from "./periods.ts";
import { Purse, purseTables } from "./purse.ts";
import type { Answer, Balance, Limit, Report, Settlement, Wish } from "./purse-calls.ts";
import { Written, writtenTable } from "./written.ts";

const migrations: readonly Migration[] = [purseTables, writtenTable];

/** Replies that run at once: so many for one person, and in the whole deployment, whose questions share Claude's own limits. */
const mostOpen = { person: 3, deployment: 100 };

/** A network only counts rows. Nothing of it is kept on the next day. */
const networkPrefix = "network ";

/** The name of a purse's object. */
export function purseName(owner: "deployment" | { readonly userId: string } | { readonly network: string }): string {
	if (owner === "deployment") return owner;
	return "network" in owner ? networkPrefix + owner.network : `person ${owner.userId}`;
}

export class LedgerObject extends DurableObject<Env> {
	readonly #purse: Purse;
	readonly #written: Written;
	#isWritten: boolean;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		this.#isWritten = hasTables(ctx.storage.sql);
		if (this.#isWritten) migrate(ctx.storage.sql, migrations);
		this.#purse = new Purse(ctx.storage.sql, ctx.id.name === purseName("deployment") ? mostOpen.deployment : mostOpen.person);
		this.#written = new Written(ctx.storage.sql);
	}

	/** Nothing is written for a person who was only asked for. */
	#createTables(): void {
		if (!this.#isWritten) migrate(this.ctx.storage.sql, migrations);
		this.#isWritten = true;
	}

	/** Labels are models in the deployment's purse, and conversations in a person's. */
	async reserve(wish: Wish, limits: readonly Limit[]): Promise<Answer> {
		this.#createTables();
		return this.#purse.reserve(wish, limits);
	}

	async settle(settlement: Settlement): Promise<void> {
		this.#createTables();
		// A settlement that fails in the middle is repeated: it must not have been half done.
		this.ctx.storage.transactionSync(() => this.#purse.settle(settlement, Date.now()));
	}

	/** What was spent in the current period, and what is left under these limits. */
	async report(period: Period, limits: readonly Limit[] = []): Promise<{ at: number; report: Report | undefined; balances: Balance[] }> {
		const at = Date.now();
		const left = (limit: Limit) => (this.#isWritten ? this.#purse.leftOf(limit, at) : limit.microUsd);
		const report = this.#isWritten ? this.#purse.report(period, at) : undefined;
		return { at, report, balances: limits.map((limit) => ({ limit, left: left(limit) })) };
	}

	/** A person was erased from a conversation: the sums stay, and do not say where it was spent. */
	async forget(conversationId: string): Promise<void> {
		if (this.#isWritten) this.#purse.relabel(conversationId, "");
	}

	/** Counts rows that are about to be stored, or says when there will be room again under `most` a day. */
	async addWritten(rows: number, most: number): Promise<{ retryAfterMs: number } | undefined> {
		this.#createTables();
		const now = Date.now();
		if (this.ctx.id.name?.startsWith(networkPrefix)) await this.ctx.storage.setAlarm(endOf("day", now) as number);
		return this.#written.add(rows, most, now);
	}

	/** Only networks set one. */
	override async alarm(): Promise<void> {
		await this.ctx.storage.deleteAll();
		this.#isWritten = false;
	}
}
