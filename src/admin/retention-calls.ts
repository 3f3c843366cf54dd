// The calls about how long one conversation keeps its messages.

import type { RetentionRecord } from "../protocol/admin/records.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { Administration } from "./administration.ts";

export abstract class RetentionCalls extends Administration {
	async retention(conversationId: string): Promise<RetentionRecord | Refusal> {
		using calls = await this.env.CONVERSATIONS.getByName(conversationId).forDeployer();
		return await calls.retention();
	}

	/** `null`: as long as the deployment keeps messages. */
	async setRetention(by: string, conversationId: string, days: number | null): Promise<RetentionRecord | Refusal> {
		using calls = await this.env.CONVERSATIONS.getByName(conversationId).forDeployer();
		const before = await calls.retention();
		if ("code" in before || before.retentionDays === days) return before;
		this.open();
		// Before it happens: an act too many does less harm than one that nobody finds.
		this.acts.add("retained", by, conversationId, Date.now());
		return await calls.retain(days);
	}
}
