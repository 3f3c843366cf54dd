// Legal requests about conversations and people: every SQL statement on them. One administrator makes a request, and another one confirms it.

import { adminLimits } from "../protocol/admin/limits.ts";
import type { LegalRequest } from "../protocol/admin/records.ts";
import { isoTime } from "../protocol/iso-time.ts";

type Row = {
	id: string;
	kind: LegalRequest["kind"];
	/** Empty for a request about a person. */
	conversation_id: string;
	user_id: string | null;
	reason: string;
	by_user: string;
	at: number;
	confirmed_by: string | null;
	confirmed_at: number | null;
	vouchers: string | null;
};
/** `vouchers`: see `sealVouchers` in `auth/administrators`. */
export type NewRequest = Pick<LegalRequest, "requestId" | "kind" | "conversationId" | "userId" | "reason" | "by"> & { vouchers?: string[] };

/** Open requests, and those that were confirmed within the time for fetching a copy. */
const current = "CASE WHEN confirmed_at IS NULL THEN at ELSE confirmed_at END > ?1";

export class Requests {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	add({ requestId, kind, conversationId, userId, reason, by, vouchers = [] }: NewRequest, now: number): LegalRequest {
		this.#forgetVouchers(now);
		this.#sql.exec(
			"INSERT INTO requests (id, kind, conversation_id, user_id, reason, by_user, at, vouchers) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			requestId,
			kind,
			conversationId ?? "",
			userId ?? null,
			reason,
			by,
			now,
			JSON.stringify(vouchers),
		);
		return this.find(requestId, now) as LegalRequest;
	}

	/** `undefined` for one whose time is over. */
	find(requestId: string, now: number): LegalRequest | undefined {
		return this.#select(`WHERE ${current} AND id = ?2`, now, requestId)[0];
	}

	/** The id of its maker, and sealed, the identities and marks by which they are an administrator. */
	vouchersOf(requestId: string): string[] {
		const query = "SELECT vouchers, by_user FROM requests WHERE id = ?";
		const [row] = this.#sql.exec<Pick<Row, "vouchers" | "by_user">>(query, requestId).toArray();
		return row ? [row.by_user, ...(row.vouchers === null ? [] : (JSON.parse(row.vouchers) as string[]))] : [];
	}

	/** The newest first. */
	list(now: number, limit: number): LegalRequest[] {
		return this.#select(`WHERE ${current} ORDER BY at DESC, id LIMIT ?2`, now, limit);
	}

	confirm(requestId: string, by: string, now: number): void {
		this.#sql.exec("UPDATE requests SET confirmed_by = ?, confirmed_at = ?, vouchers = NULL WHERE id = ?", by, now, requestId);
	}

	/** Nobody can confirm a request any more whose time is over. */
	#forgetVouchers(now: number): void {
		this.#sql.exec("UPDATE requests SET vouchers = NULL WHERE vouchers IS NOT NULL AND at <= ?", now - adminLimits.legalRequest);
	}

	delete(requestId: string): void {
		this.#sql.exec("DELETE FROM requests WHERE id = ?", requestId);
	}

	#select(where: string, now: number, value: SqlStorageValue): LegalRequest[] {
		return this.#sql
			.exec<Row>(`SELECT * FROM requests ${where}`, now - adminLimits.legalRequest, value)
			.toArray()
			.map(toRequest);
	}
}

/** The conversation or the person. */
export function subjectOf({ conversationId, userId }: Pick<LegalRequest, "conversationId" | "userId">): string {
	return conversationId ?? userId ?? "";
}

function toRequest({ id, kind, conversation_id, user_id, reason, by_user, at, confirmed_by, confirmed_at }: Row): LegalRequest {
	return {
		requestId: id,
		kind,
		...(user_id === null ? { conversationId: conversation_id } : { userId: user_id }),
		reason,
		by: by_user,
		at: isoTime(at),
		until: isoTime((confirmed_at ?? at) + adminLimits.legalRequest),
		confirmed: confirmed_by === null || confirmed_at === null ? null : { at: isoTime(confirmed_at), by: confirmed_by },
	};
}
