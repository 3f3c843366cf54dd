// The calls about webhooks that the Worker makes on behalf of an owner, as RPC methods.

import { RpcTarget } from "cloudflare:workers";
import { mayRead } from "../../auth/personal-token.ts";
import type { Identity } from "../../auth/tokens.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { hasScope } from "../../protocol/token.ts";
import * as webhookLimits from "../../protocol/webhooks/limits.ts";
import type { IncomingWebhook, Ping, Webhook } from "../../protocol/webhooks/webhook.ts";
import { prices } from "../messages/work-rate.ts";
import type { Incoming } from "../store/webhooks/incoming.ts";
import type { NewOutgoing } from "../store/webhooks/outgoing.ts";
import type { Parts } from "../wiring.ts";

type New<T> = Omit<T, "createdBy">;

export class WebhookCalls extends RpcTarget {
	readonly #parts: Parts;
	readonly #identity: Identity;

	constructor(parts: Parts, identity: Identity) {
		super();
		this.#parts = parts;
		this.#identity = identity;
	}

	#asOwner<T extends object>(act: (userId: string) => T, price?: number): T | Refusal {
		const { admission } = this.#parts;
		const refused: Refusal = { code: "forbidden" };
		return admission.asMember(this.#identity, ({ userId, role }) => (role === "owner" ? act(userId) : refused), price);
	}

	webhooks(): { webhooks: Webhook[] } | Refusal {
		return this.#asOwner(() => ({ webhooks: this.#parts.webhooks.list() }));
	}

	/** A program names no address that is told more than it may read itself. */
	addWebhook(added: New<NewOutgoing>): Webhook | Refusal {
		const { webhooks, store } = this.#parts;
		return this.#asOwner((createdBy): Webhook | Refusal => {
			if (!mayRead(this.#identity)) return { code: "forbidden" };
			if (store.webhooks.all().length >= webhookLimits.perConversation) return { code: "too_many" };
			return store.whole(() => {
				this.#audit("webhook_added");
				return webhooks.add({ ...added, createdBy });
			});
		}, prices.change);
	}

	async pingWebhook(id: string): Promise<Ping | Refusal> {
		const owned = this.#asOwner(() => ({ isOwner: true }), prices.change);
		return "code" in owned ? owned : ((await this.#parts.webhooks.ping(id)) ?? { code: "not_found" });
	}

	incomingWebhooks(): { webhooks: IncomingWebhook[] } | Refusal {
		return this.#asOwner(() => ({ webhooks: this.#parts.store.incomingWebhooks.list() }));
	}

	/** A program makes no address that may do more than it may itself. */
	addIncomingWebhook(added: New<Incoming>): IncomingWebhook | Refusal {
		const { store, now } = this.#parts;
		return this.#asOwner((createdBy): IncomingWebhook | Refusal => {
			if (!hasScope(this.#identity.program?.scopes, "write")) return { code: "forbidden" };
			if (store.incomingWebhooks.all().length >= webhookLimits.perConversation) return { code: "too_many" };
			store.whole(() => {
				this.#audit("webhook_added");
				store.incomingWebhooks.add({ ...added, createdBy }, now());
			});
			return store.incomingWebhooks.list().find(({ id }) => id === added.id) as IncomingWebhook;
		}, prices.change);
	}

	/** Ends an outgoing or incoming webhook. */
	removeWebhook(id: string): { removed: true } | Refusal {
		const { webhooks, store } = this.#parts;
		const remove = () => {
			const isRemoved = webhooks.remove(id);
			if (isRemoved) this.#audit("webhook_removed");
			return isRemoved;
		};
		return this.#asOwner(() => (store.whole(remove) ? { removed: true as const } : { code: "not_found" as const }), prices.change);
	}

	#audit(action: "webhook_added" | "webhook_removed"): void {
		this.#parts.store.audit.add(action, this.#identity.userId, undefined, this.#parts.now());
	}
}
