// A person's subscriptions to web push, and the notifications that wait or are shown: every SQL statement on them. The tables
// are created with the first subscription. Times in ms.

import { hasTable } from "../../platform/migrate.ts";
import * as pushLimits from "../../protocol/push/limits.ts";
import type { Subscription } from "../../protocol/push/subscription.ts";

/**
 * `id`: SHA-256 of the endpoint in hex. `page`: the origin of the page that subscribed. `key`: the deployment's public key that
 * it subscribed with. `kind` and `session`: the sign-in that subscribed.
 */
export type PushDevice = Subscription & {
	id: string;
	page: string;
	key: string;
	kind: "guest" | "account" | "issued";
	session?: string | undefined;
};

/** `renewedAt`: when its page last subscribed, in ms. */
export type KnownDevice = PushDevice & { renewedAt: number };

type DeviceRow = {
	id: string;
	endpoint: string;
	p256dh: string;
	auth: string;
	page: string;
	key: string;
	kind: PushDevice["kind"];
	session: string | null;
	renewed_at: number;
};

/** A notification of a conversation: `dueAt` is when it is sent, and null once it was. */
export type Notice = { conversationId: string; dueAt: number | null; isForMe: boolean; sentAt: number };

type NoticeRow = { conversation_id: string; due_at: number | null; is_for_me: number; sent_at: number };

const hour = 3600_000;

export class PushStore {
	readonly #sql: SqlStorage;
	#hasTables: boolean;
	#isOn: boolean | undefined;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
		this.#hasTables = hasTable(sql, "push_devices");
	}

	#createTables(): void {
		if (this.#hasTables) return;
		this.#sql.exec(`CREATE TABLE push_devices (id TEXT PRIMARY KEY, endpoint TEXT NOT NULL, p256dh TEXT NOT NULL, auth TEXT NOT NULL,
			page TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, session TEXT, renewed_at INTEGER NOT NULL) STRICT, WITHOUT ROWID`);
		this.#sql.exec(`CREATE TABLE push_notices (conversation_id TEXT PRIMARY KEY, due_at INTEGER, is_for_me INTEGER NOT NULL,
			sent_at INTEGER NOT NULL) STRICT, WITHOUT ROWID`);
		this.#sql.exec(`CREATE TABLE push_hour (one INTEGER PRIMARY KEY CHECK (one = 1), began_at INTEGER NOT NULL,
			count INTEGER NOT NULL) STRICT`);
		this.#hasTables = true;
	}

	/** False while nobody is to be pushed to. Every change of the list asks this. */
	get isOn(): boolean {
		this.#isOn ??= this.#hasTables && this.#sql.exec("SELECT 1 FROM push_devices LIMIT 1").toArray().length > 0;
		return this.#isOn;
	}

	// Devices

	/** Adds or renews a device. One too many ends the one that was renewed least recently. */
	add({ id, endpoint, keys, page, key, kind, session }: PushDevice, now: number): void {
		this.#createTables();
		this.#isOn = true;
		this.#sql.exec("DELETE FROM push_devices WHERE renewed_at < ? OR id = ?", now - pushLimits.lifetime, id);
		this.#sql.exec(
			"INSERT INTO push_devices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			id,
			endpoint,
			keys.p256dh,
			keys.auth,
			page,
			key,
			kind,
			session ?? null,
			now,
		);
		const eldest = "SELECT id FROM push_devices ORDER BY renewed_at DESC, id = ? DESC, id LIMIT -1 OFFSET ?";
		this.#sql.exec(`DELETE FROM push_devices WHERE id IN (${eldest})`, id, pushLimits.devices);
	}

	/** Those that were renewed in time. */
	devices(now: number): KnownDevice[] {
		return this.#devices("WHERE renewed_at >= ?", now - pushLimits.lifetime);
	}

	device(id: string, now: number): KnownDevice | undefined {
		return this.#devices("WHERE id = ? AND renewed_at >= ?", id, now - pushLimits.lifetime)[0];
	}

	remove(id: string): void {
		this.#delete("WHERE id = ?", id);
	}

	removeOfSession(session: string): void {
		this.#delete("WHERE session = ?", session);
	}

	#delete(where: string, ...values: SqlStorageValue[]): void {
		if (!this.#hasTables) return;
		this.#sql.exec(`DELETE FROM push_devices ${where}`, ...values);
		this.#isOn = undefined;
		if (!this.isOn) this.#sql.exec("DELETE FROM push_notices");
	}

	#devices(where: string, ...values: SqlStorageValue[]): KnownDevice[] {
		if (!this.#hasTables) return [];
		return this.#sql
			.exec<DeviceRow>(`SELECT * FROM push_devices ${where}`, ...values)
			.toArray()
			.map(({ p256dh, auth, session, renewed_at, ...row }) => ({
				...row,
				renewedAt: renewed_at,
				keys: { p256dh, auth },
				...(session !== null && { session }),
			}));
	}

	// Notices

	notice(conversationId: string): Notice | undefined {
		return this.#notices("WHERE conversation_id = ?", conversationId)[0];
	}

	save({ conversationId, dueAt, isForMe, sentAt }: Notice): void {
		this.#sql.exec(
			`INSERT INTO push_notices VALUES (?, ?, ?, ?) ON CONFLICT (conversation_id)
			DO UPDATE SET due_at = excluded.due_at, is_for_me = excluded.is_for_me, sent_at = excluded.sent_at`,
			conversationId,
			dueAt,
			Number(isForMe),
			sentAt,
		);
	}

	forget(conversationId: string): void {
		if (this.#hasTables) this.#sql.exec("DELETE FROM push_notices WHERE conversation_id = ?", conversationId);
	}

	due(now: number, limit: number): Notice[] {
		return this.#notices("WHERE due_at <= ? ORDER BY due_at LIMIT ?", now, limit);
	}

	/** When the next notification is due. */
	get dueAt(): number | undefined {
		if (!this.#hasTables) return undefined;
		return this.#sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM push_notices").one().at ?? undefined;
	}

	#notices(where: string, ...values: SqlStorageValue[]): Notice[] {
		if (!this.#hasTables) return [];
		return this.#sql
			.exec<NoticeRow>(`SELECT * FROM push_notices ${where}`, ...values)
			.toArray()
			.map((row) => ({ conversationId: row.conversation_id, dueAt: row.due_at, isForMe: row.is_for_me === 1, sentAt: row.sent_at }));
	}

	/** Counts a notification of this hour. Returns when the next one may be sent if there were too many. */
	count(now: number): number | undefined {
		const [row] = this.#sql.exec<{ began_at: number; count: number }>("SELECT * FROM push_hour").toArray();
		const isNew = !row || row.began_at <= now - hour || row.began_at > now;
		if (!isNew && row.count >= pushLimits.perHour) return row.began_at + hour;
		this.#sql.exec(
			"INSERT INTO push_hour VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET began_at = excluded.began_at, count = excluded.count",
			isNew ? now : row.began_at,
			isNew ? 1 : row.count + 1,
		);
		return undefined;
	}

	deleteAll(): void {
		if (!this.#hasTables) return;
		for (const table of ["push_devices", "push_notices", "push_hour"]) this.#sql.exec(`DELETE FROM ${table}`);
		this.#isOn = false;
	}

	/** The tables are gone. */
	reset(): void {
		this.#hasTables = false;
		this.#isOn = false;
	}
}
