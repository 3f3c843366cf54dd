// The conversation's money: its purse, the payments of requests that are not settled yet, and the journal of requests.

import { networksAround } from "../../../money/networks.ts";
import type { Charge, PurseOwner, Spent } from "../../../money/purse-calls.ts";
import { hasTable } from "../../../platform/migrate.ts";
import type { Author, Person } from "../../../protocol/person.ts";
import type { Invites } from "../invites.ts";
import { LinkPurses, type LinkReservation, rewriteId } from "./link-purses.ts";
import { LinkQuestions } from "./link-questions.ts";
import { OwnPurse } from "./own-purse.ts";
import { Rewrites } from "./rewrites.ts";

/** The tables beside those of the purse. They are released: never edit them. */
export const paymentTables = `
	-- What is asked or paid for now, as JSON. A row stays until it is settled, also if the object dies.
	CREATE TABLE payments (
		id TEXT PRIMARY KEY,
		data TEXT NOT NULL
	) STRICT, WITHOUT ROWID;

	-- Every request to Claude that was paid for. Amounts in micro-dollars.
	CREATE TABLE journal (
		n INTEGER PRIMARY KEY,
		at INTEGER NOT NULL,
		reservation TEXT NOT NULL,
		message_id TEXT NOT NULL,
		kind TEXT NOT NULL,
		payer TEXT NOT NULL,
		payer_name TEXT NOT NULL,
		payer_kind TEXT NOT NULL,
		model TEXT NOT NULL,
		reserved INTEGER NOT NULL,
		cost INTEGER NOT NULL,
		input INTEGER NOT NULL,
		output INTEGER NOT NULL,
		cache_read INTEGER NOT NULL,
		cache_write INTEGER NOT NULL,
		searches INTEGER NOT NULL,
		outcome TEXT NOT NULL
	) STRICT;
`;

/** Older requests are forgotten; the days keep their sums. */
const mostEntries = 10_000;

/** What is paid for. */
export type Kind = "reply" | "aside" | "title" | "summary" | "description";

/** Answers may use tools, go on after a crash and count as replies. Everything else is one request. */
export function isAnswer(kind: Ask["kind"]): boolean {
	return kind === "reply" || kind === "aside";
}

/**
 * Claude is to be asked, and nobody has paid yet. The first of `payers` whose purse can pay does. `reply`: one that has ended, and is to
 * begin anew or be continued; for a `decision`, the one that waits for it. A decision whose object died is made again by people.
 */
export type Ask = {
	type: "ask";
	kind: Kind | "decision";
	id: string;
	at: number;
	payers: readonly Payer[];
	reply?: { id: string; isContinued?: boolean };
	waiting?: Waiting;
	/** Who has changed what Claude has read, and so many tokens are written to its cache again. */
	rewrite?: { payer: Payer; tokens: number } | undefined;
};

/** Too much runs at once: so often purses were asked, and when they are asked again; in ms. */
export type Waiting = { tries: number; retryAt: number };

/**
 * Somebody who pays. `isProgram`: a program asked for them. `alias`: they were erased meanwhile, and the journal names this id. `network`:
 * where a guest came from when they asked; its guests' purse pays with theirs.
 */
export type Payer = Person & { isProgram?: boolean; alias?: string; network?: string };

/** Whose purses pay for a payer. */
export function ownersOf({ userId, network }: Payer): PurseOwner[] {
	const networks = network === undefined ? [] : networksAround(network);
	return [{ userId }, ...networks.map((one) => ({ network: one }))];
}

/** The name of a payer in sums of the conversation. */
export function labelOf({ alias, userId }: Payer): string {
	return alias ?? userId;
}

/** Paid for: `microUsd` are reserved. `promptTokens`: estimated. `fileTokens`: what they have of files at most, where not all could be paid. `spent`: what the requests that are over have used. `before`: what the reply
 * had used, and somebody has paid, before it was continued. `sentAt`: when the request was sent that runs. `isResumed`: it had begun before.
 * `link`: the payer came by this link, which limits them. */
export type Paid = {
	type: "paid";
	id: string;
	at: number;
	kind: Kind;
	payer: Payer;
	model: string;
	microUsd: number;
	promptTokens: number;
	fileTokens?: number;
	messageId: string;
	spent: Spent;
	before?: Spent;
	sentAt?: number | undefined;
	isResumed?: boolean;
	/** As in an ask. `microUsd` are reserved in that person's purse, and in that of the `link` that they came by. */
	rewrite?: { payer: Payer; tokens: number; microUsd: number; link?: string } | undefined;
	link?: string;
};

/** The author as the person who pays for what they ask. */
export function payerOf({ userId, username, program }: Author): Payer {
	return { userId, username, ...(program && { isProgram: true }) };
}

export function personOf({ userId, username }: Payer): Person {
	return { userId, username };
}

export type Payment = Ask | Paid;

/** The conversation itself has been charged. Earlier releases leave a row of this `kind` alone, and look at its payer. */
type Settled = { type: "settled"; id: string; kind: "reply"; payer: Person; charges: readonly Charge[] };

/** What a payment holds of links. */
function linkReservationsOf({ id, link, microUsd, rewrite }: Paid): LinkReservation[] {
	return [{ id, link, microUsd }, ...(rewrite ? [{ id: rewriteId(id), link: rewrite.link, microUsd: rewrite.microUsd }] : [])];
}

const nobody: Person = { userId: "", username: "" };

export class Payments {
	readonly #sql: SqlStorage;
	readonly purse: OwnPurse;
	readonly rewrites: Rewrites;
	readonly links: LinkPurses;
	readonly linkQuestions: LinkQuestions;

	constructor(sql: SqlStorage, invites: Pick<Invites, "find" | "charge" | "countAsked">) {
		this.#sql = sql;
		this.rewrites = new Rewrites(sql);
		const paid = () => this.open().filter((one) => one.type === "paid");
		this.purse = new OwnPurse(sql, paid);
		this.links = new LinkPurses(invites, () => paid().flatMap(linkReservationsOf));
		this.linkQuestions = new LinkQuestions(sql, invites);
	}

	/** The payments that are not settled. */
	open(): Payment[] {
		return this.#all().filter((one) => one.type !== "settled");
	}

	/** The ask for a reply that is stored, if there is one. */
	openAsk(): Ask | undefined {
		return this.open().find((one): one is Ask => one.type === "ask" && one.kind === "reply");
	}

	/** The charges that may not have arrived in other purses. */
	settled(): Settled[] {
		if (!hasTable(this.#sql, "payments")) return [];
		return this.#all().filter((one) => one.type === "settled");
	}

	#all(): (Payment | Settled)[] {
		const rows = this.#sql.exec<{ data: string }>("SELECT data FROM payments ORDER BY id").toArray();
		return rows.map(({ data }) => JSON.parse(data) as Payment | Settled);
	}

	find(id: string): Payment | undefined {
		return this.open().find((one) => one.id === id);
	}

	/** Puts charges for other purses in the place of a payment. */
	settle(id: string, charges: readonly Charge[]): void {
		this.#put({ type: "settled", id, kind: "reply", payer: nobody, charges });
	}

	/** Stores a payment, in place of an earlier state of it. */
	put(payment: Payment): void {
		this.#put(payment);
	}

	#put(payment: Payment | Settled): void {
		this.#sql.exec(
			"INSERT INTO payments (id, data) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data",
			payment.id,
			JSON.stringify(payment),
		);
	}

	delete(id: string): void {
		this.#sql.exec("DELETE FROM payments WHERE id = ?", id);
	}

	/** The payment that runs for an answer. */
	paidFor(messageId: string): Paid | undefined {
		return this.open().find((one): one is Paid => one.type === "paid" && isAnswer(one.kind) && one.messageId === messageId);
	}

	/** False for who was erased since they asked. */
	isPayer(ask: Ask, { userId }: Payer): boolean {
		const stored = this.find(ask.id);
		return stored?.type === "ask" && stored.payers.some((payer) => payer.userId === userId);
	}

	/** Somebody has changed what Claude has read, and was not erased since: they pay for it. */
	isRewriter(ask: Ask, { userId }: Payer): boolean {
		const stored = this.find(ask.id);
		return stored?.type === "ask" && stored.rewrite?.payer.userId === userId;
	}

	/** Enters one request into the journal. */
	enter(paid: Paid, payerKind: string, spent: Spent, outcome: string, at: number): void {
		const { id, messageId, kind, payer, model, microUsd } = paid;
		const [row] = this.#sql
			.exec<{ n: number }>(
				`INSERT INTO journal (at, reservation, message_id, kind, payer, payer_name, payer_kind, model, reserved, cost, input, output,
				cache_read, cache_write, searches, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING n`,
				at,
				id,
				messageId,
				kind,
				payer.alias ?? payer.userId,
				payer.username,
				payerKind,
				model,
				microUsd,
				spent.microUsd,
				spent.input,
				spent.output,
				spent.cacheRead,
				spent.cacheWrite,
				spent.searches,
				outcome,
			)
			.toArray();
		this.#sql.exec("DELETE FROM journal WHERE n <= ?", (row?.n ?? 0) - mostEntries);
	}

	/** Who last paid for a reply. */
	payerOf(messageId: string): Payer | undefined {
		const query =
			"SELECT payer AS userId, payer_name AS username, payer_kind AS kind FROM journal WHERE message_id = ? ORDER BY n DESC LIMIT 1";
		const [row] = this.#sql.exec<{ userId: string; username: string; kind: string }>(query, messageId).toArray();
		return row && { userId: row.userId, username: row.username, ...(row.kind === "program" && { isProgram: true }) };
	}

	/** The name under which somebody last paid. */
	nameOf(userId: string): string | undefined {
		return this.#sql
			.exec<{ name: string }>("SELECT payer_name AS name FROM journal WHERE payer = ? ORDER BY n DESC LIMIT 1", userId)
			.toArray()[0]?.name;
	}

	/** Puts an alias in place of a person who is erased. */
	erase(userId: string, alias: string, name: string): void {
		this.purse.relabel(userId, alias);
		this.#sql.exec("UPDATE journal SET payer = ?, payer_name = ? WHERE payer = ?", alias, name, userId);
		this.rewrites.erase(userId);
		const renamed = (payer: Payer): Payer => (payer.userId === userId ? { ...payer, username: name, alias } : payer);
		for (const payment of this.open()) {
			const { rewrite } = payment;
			if (payment.type === "ask") this.#withoutPayer(payment, userId);
			else if (payment.payer.userId === userId || rewrite?.payer.userId === userId)
				this.put({
					...payment,
					payer: renamed(payment.payer),
					...(payment.rewrite && { rewrite: { ...payment.rewrite, payer: renamed(payment.rewrite.payer) } }),
				});
		}
	}

	#withoutPayer({ rewrite, ...ask }: Ask, userId: string): void {
		const payers = ask.payers.filter((payer) => payer.userId !== userId);
		const isKept = rewrite?.payer.userId !== userId;
		// Without payers it stays until what purses hold is released.
		if (payers.length < ask.payers.length || !isKept) this.put({ ...ask, payers, ...(isKept && rewrite && { rewrite }) });
	}
}
