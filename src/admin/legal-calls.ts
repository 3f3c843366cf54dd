// The calls about legal requests: one administrator makes a request, and another one confirms it.

import type { Hold, LegalRequest } from "../protocol/admin/records.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { type NewRequest, Requests, subjectOf } from "./requests.ts";
import { RetentionCalls } from "./retention-calls.ts";

export abstract class LegalCalls extends RetentionCalls {
	readonly #requests = new Requests(this.ctx.storage.sql);

	/** The request waits for another administrator. */
	async request(request: NewRequest): Promise<LegalRequest> {
		this.open();
		return this.ctx.storage.transactionSync(() => {
			this.acts.add("requested", request.by, subjectOf(request), Date.now());
			return this.#requests.add(request, Date.now());
		});
	}

	async requests(limit: number): Promise<LegalRequest[]> {
		this.open();
		return this.#named(this.#requests.list(Date.now(), limit));
	}

	/** Whoever confirms a request has to see whom it is about. */
	#named(requests: readonly LegalRequest[]): LegalRequest[] {
		const ids = requests.flatMap(({ by, userId = by, confirmed }) => [by, userId, confirmed?.by ?? by]);
		const names = this.knownPeople.namesOf(ids);
		const nameOf = <K extends string>(key: K, id = "") => {
			const name = names.get(id);
			return name === undefined ? {} : ({ [key]: name } as Record<K, string>);
		};
		return requests.map((request) => ({
			...request,
			...nameOf("username", request.userId),
			...nameOf("byName", request.by),
			confirmed: request.confirmed && { ...request.confirmed, ...nameOf("byName", request.confirmed.by) },
		}));
	}

	/** Carries out a request. Whoever made it cannot confirm it, under another id either: `vouchers` is what vouches for `by`. */
	async confirm(by: string, requestId: string, vouchers: readonly string[] = [by]): Promise<LegalRequest | Refusal> {
		this.open();
		const now = Date.now();
		const request = this.#requests.find(requestId, now);
		if (!request) return { code: "not_found" };
		const makers = this.#requests.vouchersOf(requestId);
		if ([by, ...vouchers].some((voucher) => makers.includes(voucher))) return { code: "forbidden" };
		if (this.suspensions.has(by) || this.suspensions.has(request.by)) return { code: "suspended" };
		if (request.confirmed) return request;
		if (request.kind === "delete" && this.knownHolds.has(request.conversationId ?? "")) return { code: "held" };
		// In one step: what is confirmed without being carried out can be confirmed no more.
		const carriedOut = this.ctx.storage.transactionSync(() => {
			this.#requests.confirm(requestId, by, now);
			this.acts.add("confirmed", by, subjectOf(request), now);
			return this.#carryOut(request, by);
		});
		await carriedOut;
		return this.#requests.find(requestId, now) ?? request;
	}

	/** Stores everything before the first await. */
	#carryOut({ kind, conversationId = "", userId = "" }: LegalRequest, by: string): Promise<void> {
		switch (kind) {
			case "delete":
				return this.deleting.enqueueAll([[conversationId, undefined]]);
			case "erase":
				return this.erasing.enqueueAll([[userId, undefined]]);
			case "hold":
			case "release":
				this.knownHolds.set(conversationId, kind === "hold", by, Date.now());
				this.acts.add(kind === "hold" ? "held" : "released", by, conversationId, Date.now());
				this.holding.cancel(conversationId);
				return this.holding.enqueueAll([[conversationId, undefined]]);
			case "export":
				// The copy is fetched.
				return Promise.resolve();
			default:
				return kind satisfies never;
		}
	}

	async holds(limit: number): Promise<Hold[]> {
		return this.isOpen ? this.knownHolds.list(limit) : [];
	}

	/** Takes back a request that nobody has confirmed. Any administrator may: nothing happens by it. */
	async withdraw(by: string, requestId: string): Promise<object | Refusal> {
		this.open();
		const request = this.#requests.find(requestId, Date.now());
		if (!request || request.confirmed) return { code: "not_found" };
		this.ctx.storage.transactionSync(() => {
			this.#requests.delete(requestId);
			this.acts.add("withdrawn", by, subjectOf(request), Date.now());
		});
		return {};
	}

	/** A confirmed copy is about to be fetched. Returns the conversation. */
	async beginExport(by: string, requestId: string): Promise<{ conversationId: string } | Refusal> {
		this.open();
		const { kind, confirmed, conversationId } = this.#requests.find(requestId, Date.now()) ?? {};
		if (kind !== "export" || !confirmed || conversationId === undefined) return { code: "not_found" };
		this.acts.add("exported", by, conversationId, Date.now());
		return { conversationId };
	}
}
