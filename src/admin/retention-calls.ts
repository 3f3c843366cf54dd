// The calls about how long one conversation keeps its messages.

import type { RetentionRecord } from "../protocol/admin/records.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { Administration } from "./administration.ts";
import { type Administrator, isConfirmedBy, Shortenings, toPending } from "./shortenings.ts";

export abstract class RetentionCalls extends Administration {
	readonly #shortenings = new Shortenings(this.ctx.storage.sql);

	async retention(conversationId: string): Promise<RetentionRecord | Refusal> {
		using calls = await this.env.CONVERSATIONS.getByName(conversationId).forDeployer();
		return this.#withPending(await calls.retention());
	}

	#withPending(record: RetentionRecord | Refusal): RetentionRecord | Refusal {
		if ("code" in record || !this.isOpen) return record;
		const pending = this.#shortenings.find(record.conversationId, Date.now());
		return pending ? { ...record, pending: toPending(pending) } : record;
	}

	/** `null`: as long as the deployment keeps messages. A shorter time waits until another administrator sets the same one. */
	async setRetention(
		by: string,
		conversationId: string,
		days: number | null,
		vouchers: readonly string[] = [],
	): Promise<RetentionRecord | Refusal> {
		using calls = await this.env.CONVERSATIONS.getByName(conversationId).forDeployer();
		const before = await calls.retention();
		if ("code" in before) return before;
		const isShorter = before.retentionDays !== days && (await calls.shortens(days));
		this.open();
		const now = Date.now();
		// Looked up after everything is awaited: it may be taken back meanwhile.
		const pending = this.#shortenings.find(conversationId, now);
		if (before.retentionDays === days) {
			this.#drop(conversationId, by, pending !== undefined);
			return before;
		}
		if (isShorter) {
			if (this.suspensions.has(by)) return { code: "suspended" };
			const isConfirmed = pending && isConfirmedBy(pending, days, { by, vouchers }) && !this.suspensions.has(pending.by);
			if (!isConfirmed) return this.#ask(before, days, { by, vouchers });
			this.acts.add("confirmed", by, conversationId, now);
		}
		this.#shortenings.drop(conversationId);
		// Before it happens: an act too many does less harm than one that nobody finds.
		this.acts.add("retained", by, conversationId, now);
		return await calls.retain(days);
	}

	/** Whoever asks again for what they have asked for gains no time by it. */
	#ask(before: RetentionRecord, days: number | null, asker: Administrator): RetentionRecord | Refusal {
		const { conversationId } = before;
		const pending = this.#shortenings.find(conversationId, Date.now());
		const isKnown = pending?.days === days && !this.suspensions.has(pending.by);
		if (!isKnown) {
			this.#shortenings.put(conversationId, days, asker, Date.now());
			this.acts.add("requested", asker.by, conversationId, Date.now());
		}
		return this.#withPending(before);
	}

	/** Setting the time that is in force takes back what was asked for. */
	#drop(conversationId: string, by: string, isPending: boolean): void {
		if (!isPending) return;
		this.#shortenings.drop(conversationId);
		this.acts.add("withdrawn", by, conversationId, Date.now());
	}
}
