// The webhooks that a conversation sends to, with how far each has been told.

import { isoTime } from "../../../protocol/iso-time.ts";
import type { Failure, Webhook, WebhookEvent } from "../../../protocol/webhooks/webhook.ts";
import type { Place } from "./feed.ts";

/** Released: never edit it. Times in ms. */
export const webhooksTable = `
	-- Addresses that are told what happens. token_id: the personal token on which the webhook depends.
	CREATE TABLE webhooks (
		id TEXT PRIMARY KEY,
		url TEXT NOT NULL,
		secret TEXT NOT NULL,
		events TEXT NOT NULL,
		created_by TEXT NOT NULL,
		token_id TEXT NOT NULL,
		owns_token INTEGER NOT NULL,
		created_at INTEGER NOT NULL,
		-- How far it has been told, as JSON.
		place TEXT NOT NULL,
		succeeded_at INTEGER,
		failed_at INTEGER,
		-- Why it failed last, as JSON.
		failure TEXT,
		broken_at INTEGER
	) STRICT, WITHOUT ROWID;
`;

/** `ownsToken`: the token was made for the webhook, and goes with it. Without it, the webhook is a program's. */
export type NewOutgoing = {
	id: string;
	url: string;
	secret: string;
	events: WebhookEvent[];
	createdBy: string;
	tokenId: string;
	ownsToken: boolean;
};

export type Outgoing = NewOutgoing & { place: Place; isBroken: boolean };

type Row = {
	id: string;
	url: string;
	secret: string;
	events: string;
	created_by: string;
	token_id: string;
	owns_token: number;
	created_at: number;
	place: string;
	succeeded_at: number | null;
	failed_at: number | null;
	failure: string | null;
	broken_at: number | null;
};

export class OutgoingWebhooks {
	readonly #sql: SqlStorage;
	/** Read once: every message asks for them. */
	#known: readonly Outgoing[] | undefined;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Forgets what was read: something of it was not stored. */
	forget(): void {
		this.#known = undefined;
	}

	/** All of them, the eldest first. */
	all(): readonly Outgoing[] {
		this.#known ??= this.#rows("ORDER BY created_at, id").map(outgoingOf);
		return this.#known;
	}

	find(id: string): Outgoing | undefined {
		return this.all().find((webhook) => webhook.id === id);
	}

	/** As owners see them, the eldest first. */
	list(): Webhook[] {
		return this.#rows("ORDER BY created_at, id").map(webhookOf);
	}

	add(webhook: NewOutgoing, place: Place, now: number): void {
		const { id, url, secret, events, createdBy, tokenId, ownsToken } = webhook;
		this.#known = undefined;
		this.#sql.exec(
			`INSERT INTO webhooks (id, url, secret, events, created_by, token_id, owns_token, created_at, place)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id,
			url,
			secret,
			JSON.stringify(events),
			createdBy,
			tokenId,
			ownsToken ? 1 : 0,
			now,
			JSON.stringify(place),
		);
	}

	remove(id: string): void {
		this.#known = undefined;
		this.#sql.exec("DELETE FROM webhooks WHERE id = ?", id);
	}

	/** `succeededAt`: when it last answered, if it did. */
	setPlace(id: string, place: Place, succeededAt?: number): void {
		this.#known = undefined;
		this.#sql.exec(
			"UPDATE webhooks SET place = ?, succeeded_at = coalesce(?, succeeded_at) WHERE id = ?",
			JSON.stringify(place),
			succeededAt ?? null,
			id,
		);
	}

	setFailure(id: string, failure: Failure, now: number): void {
		this.#sql.exec("UPDATE webhooks SET failed_at = ?, failure = ? WHERE id = ?", now, JSON.stringify(failure), id);
	}

	/** It is not tried any more. */
	setBroken(id: string, now: number): void {
		this.#known = undefined;
		this.#sql.exec("UPDATE webhooks SET broken_at = ? WHERE id = ?", now, id);
	}

	setWorking(id: string, now: number): void {
		this.#known = undefined;
		this.#sql.exec("UPDATE webhooks SET succeeded_at = ?, broken_at = NULL WHERE id = ?", now, id);
	}

	#rows(where: string): Row[] {
		return this.#sql.exec<Row>(`SELECT * FROM webhooks ${where}`).toArray();
	}
}

function outgoingOf(row: Row): Outgoing {
	const { id, url, secret, events, created_by, token_id, owns_token, place, broken_at } = row;
	return {
		id,
		url,
		secret,
		events: JSON.parse(events),
		createdBy: created_by,
		tokenId: token_id,
		ownsToken: owns_token === 1,
		place: JSON.parse(place),
		isBroken: broken_at !== null,
	};
}

function webhookOf(row: Row): Webhook {
	const { id, url, events, created_by, created_at, succeeded_at, failed_at, failure, broken_at } = row;
	const isFailing = failed_at !== null && failed_at > (succeeded_at ?? 0);
	return {
		id,
		url,
		events: JSON.parse(events),
		createdBy: created_by,
		createdAt: isoTime(created_at),
		status: broken_at !== null ? "broken" : isFailing ? "failing" : "active",
		...(succeeded_at !== null && { lastSuccessAt: isoTime(succeeded_at) }),
		...(failed_at !== null && { lastFailure: { at: isoTime(failed_at), ...(JSON.parse(failure ?? "{}") as Failure) } }),
	};
}
