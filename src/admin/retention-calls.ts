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
		// This object may have died after the conversation had done it.
		const isInForce = pending?.days === record.retentionDays;
		return pending && !isInForce ? { ...record, pending: toPending(pending) } : record;
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
			if (pending) this.#takeBack(conversationId, by, pending.days !== days);
			return before;
		}
		if (isShorter) {
			if (this.suspensions.has(by)) return { code: "suspended" };
			const isConfirmed = pending && isConfirmedBy(pending, days, { by, vouchers }) && !this.suspensions.has(pending.by);
			if (!isConfirmed) return this.#ask(before, days, { by, vouchers });
		}
		// Before it happens: an act too many does less harm than one that nobody finds.
		this.ctx.storage.transactionSync(() => {
			if (isShorter) this.acts.add("confirmed", by, conversationId, now);
			this.acts.add("retained", by, conversationId, now);
		});
		const record = await calls.retain(days);
		// Afterwards: if the conversation has not answered, what was confirmed can be confirmed again. Somebody may have asked for another time.
		if (pending && this.#shortenings.find(conversationId, now)?.at === pending.at) this.#shortenings.drop(conversationId);
		return this.#withPending(record);
	}

	/** Whoever asks again for what they have asked for gains no time by it. */
	#ask(before: RetentionRecord, days: number | null, asker: Administrator): RetentionRecord | Refusal {
		const { conversationId } = before;
		const pending = this.#shortenings.find(conversationId, Date.now());
		const isKnown = pending?.days === days && !this.suspensions.has(pending.by);
		if (!isKnown)
			this.ctx.storage.transactionSync(() => {
				this.#shortenings.put(conversationId, days, asker, Date.now());
				this.acts.add("requested", asker.by, conversationId, Date.now());
			});
		return this.#withPending(before);
	}

	/** Setting the time that is in force takes back what was asked for. `isNews`: that was another time. */
	#takeBack(conversationId: string, by: string, isNews: boolean): void {
		this.ctx.storage.transactionSync(() => {
			this.#shortenings.drop(conversationId);
			if (isNews) this.acts.add("withdrawn", by, conversationId, Date.now());
		});
	}
}
