// Tells the addresses that owners have named what happens in the conversation: reads it from the log after the fact, so that nothing is
// written with a message and nobody who sends waits. Each address is told one thing after another. One that fails is tried again with
// growing pauses, and is given up some day. Must not know how a request is signed, or how a sign-in is checked.

import type { SharedAlarm } from "../../platform/alarm.ts";
import { type RetryPolicy, RetryQueue } from "../../platform/retry-queue.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import { randomId } from "../../protocol/random-id.ts";
import * as webhookLimits from "../../protocol/webhooks/limits.ts";
import type { Ping, Webhook } from "../../protocol/webhooks/webhook.ts";
import { type Delivery, DeliveryFailed } from "../../webhooks/send.ts";
import type { Store } from "../store/store.ts";
import type { Place } from "../store/webhooks/feed.ts";
import type { NewOutgoing, Outgoing } from "../store/webhooks/outgoing.ts";
import { nextStep } from "./reading.ts";
import { TokenEnds } from "./token-ends.ts";

/** 5 s, 20 s, 80 s and so on up to six hours, for about two days. */
const policy: RetryPolicy = { firstPause: 5_000, factor: 4, longestPause: 6 * 3600_000, maxTries: 14 };
/** In ms. If the object dies while it sends, the alarm goes on after this time. */
const grace = 30_000;
/** In ms. The rest of what one run could not send. */
const soon = 1_000;
/** Changes that nobody was told of, after which the place is stored all the same. */
const unsavedChanges = 200;

const kinds: ReadonlySet<ServerEvent["type"]> = new Set([
	"chat:message",
	"chat:updated",
	"chat:reacted",
	"chat:member",
	"chat:member-left",
	"chat:members",
]);

type Owned = Pick<Outgoing, "createdBy" | "tokenId" | "ownsToken">;

type Parts = {
	sql: SqlStorage;
	store: Store;
	/** Sends to an address. Rejects with `DeliveryFailed`. */
	send: (webhook: Outgoing, delivery: Delivery) => Promise<void>;
	/** Asks whether the sign-in still holds by which the webhook was made. */
	holds: (webhook: Owned) => Promise<boolean>;
	/** Ends a personal token that was made for a webhook. */
	endToken: (userId: string, tokenId: string) => Promise<void>;
	alarm: SharedAlarm;
	now: () => number;
};

export class Webhooks {
	readonly #with: Parts;
	readonly #queue: RetryQueue;
	/** The tokens of webhooks that have ended. */
	readonly tokenEnds: TokenEnds;
	/** How far each has been told, where that is further than is stored. */
	readonly #places = new Map<string, Place>();
	/** When `goOn` is to be called, in ms. */
	#owedAt: number | undefined;
	#underWay = 0;

	constructor(parts: Parts) {
		this.#with = parts;
		const { sql, store, alarm, now } = parts;
		this.tokenEnds = new TokenEnds(parts);
		this.#queue = new RetryQueue({
			sql,
			name: "webhooks",
			policy,
			run: (id) => this.#run(id).catch((error) => this.#giveUpIfFinal(id, error)),
			failed: ({ key, error, isLast }) => this.#failed(key, error, isLast),
			afterLastTry: "remove",
			isOpen: () => store.exists,
			alarm,
			now,
		});
	}

	// What happens

	/** To be called with every event that the conversation sends. */
	observe(event: ServerEvent): void {
		if (kinds.has(event.type)) this.changed();
	}

	/** Something has happened that webhooks may be told of. */
	changed(): void {
		const { store, alarm, now } = this.#with;
		if (!store.exists) return;
		// Those that wait for their next try are left alone.
		const ready = store.webhooks.all().filter(({ id, isBroken }) => !isBroken && !this.#queue.has(id));
		if (ready.length === 0) return;
		const isFirst = this.#owedAt === undefined;
		this.#owedAt = now() + grace;
		if (isFirst) alarm.bringForward();
		for (const { id } of ready) void this.#attempt(id);
	}

	async #attempt(id: string): Promise<void> {
		this.#underWay += 1;
		await this.#queue.attempt(id, undefined);
		this.#underWay -= 1;
		if (this.#underWay === 0) this.#conclude();
	}

	#conclude(): void {
		const { store, alarm, now } = this.#with;
		const isDone = !store.exists || store.webhooks.all().every((webhook) => !this.#isBehind(webhook));
		this.#owedAt = isDone ? undefined : now() + soon;
		if (!isDone) alarm.bringForward();
	}

	#isBehind({ id, place, isBroken }: Outgoing): boolean {
		if (isBroken || this.#queue.has(id)) return false;
		return nextStep(this.#with.store, this.#places.get(id) ?? place, 0) !== undefined;
	}

	// Unfinished work

	/** When `goOn` and `tokenEnds.runDue` are to be called, in ms. */
	get dueAt(): number | undefined {
		const times = [this.#owedAt, this.#queue.dueAt, this.tokenEnds.dueAt].filter((at) => at !== undefined);
		return times.length > 0 ? Math.min(...times) : undefined;
	}

	/** Sends what was not sent. To be called on every wake and by the alarm. Nothing waits for it: it takes as long as others answer. */
	goOn(): void {
		const { store } = this.#with;
		if (!store.exists) return;
		if (store.webhooks.all().some((webhook) => this.#isBehind(webhook))) this.changed();
		else if (this.#underWay === 0) this.#owedAt = undefined;
		void this.#queue.runDue().then(() => {
			if (this.#underWay === 0) this.#conclude();
		});
	}

	async #run(id: string): Promise<"done"> {
		// Nothing is read in the middle of what happens.
		await Promise.resolve();
		const before = this.#with.store.webhooks.find(id);
		if (!before || before.isBroken) return "done";
		let place = this.#places.get(id) ?? before.place;
		let succeededAt: number | undefined;
		let scanned = 0;
		try {
			for (let sent = 0; sent < webhookLimits.perRun && scanned < webhookLimits.scanned; scanned++) {
				const step = this.#with.store.exists ? nextStep(this.#with.store, place, this.#with.now()) : undefined;
				if (!step) break;
				if (step.event && before.events.includes(step.event.type)) {
					if (!(await this.#tell(before, step.event))) return "done";
					succeededAt = this.#with.now();
					sent++;
				}
				place = step.place;
			}
		} finally {
			this.#keep(before, place, succeededAt);
		}
		return "done";
	}

	/** Returns false if the webhook has ended meanwhile. Its maker is asked for after the event is read, and before it is sent. */
	async #tell(webhook: Outgoing, event: Delivery): Promise<boolean> {
		const { store, send } = this.#with;
		const isThere = () => store.exists && store.webhooks.find(webhook.id) !== undefined;
		const isInForce = await this.isInForce(webhook);
		if (!isThere()) return false;
		if (!isInForce) throw new DeliveryFailed({ reason: "maker" });
		await send(webhook, event);
		return isThere();
	}

	/** One row for everything that one run has told. */
	#keep({ id, place: stored }: Outgoing, place: Place, succeededAt: number | undefined): void {
		const { store } = this.#with;
		if (!store.exists || !store.webhooks.find(id)) return;
		// Stored first: a run that cannot store it is repeated from where it began, and notes its success then.
		if (succeededAt !== undefined || place.revision - stored.revision >= unsavedChanges) store.webhooks.setPlace(id, place, succeededAt);
		this.#places.set(id, place);
	}

	#giveUpIfFinal(id: string, error: unknown): "done" {
		if (!(error instanceof DeliveryFailed && error.isFinal)) throw error;
		this.#failed(id, error, true);
		return "done";
	}

	#failed(id: string, error: unknown, isLast: boolean): void {
		const { store, now } = this.#with;
		if (!store.exists) return;
		const failed = error instanceof DeliveryFailed ? error : new DeliveryFailed({ reason: "internal" });
		// Not the address, which may hold a secret.
		console.warn("A webhook failed", store.info.id, id, failed === error ? failed.message : error);
		store.webhooks.setFailure(id, failed.failure, now());
		if (isLast) store.webhooks.setBroken(id, now());
	}

	// Calls of owners

	list(): Webhook[] {
		return this.#with.store.webhooks.list().map((webhook) => {
			const nextTryAt = webhook.status === "failing" ? this.#queue.dueAtOf(webhook.id) : undefined;
			return { ...webhook, ...(nextTryAt !== undefined && { nextTryAt: isoTime(nextTryAt) }) };
		});
	}

	add(webhook: NewOutgoing): Webhook {
		const { store, now } = this.#with;
		store.webhooks.add(webhook, store.feed.end(store.log.head), now());
		return store.webhooks.list().find(({ id }) => id === webhook.id) as Webhook;
	}

	/** Sends an event that says nothing. One that arrives makes a broken webhook work again, from where it stopped. */
	async ping(id: string): Promise<Ping | undefined> {
		const { store, send, now } = this.#with;
		const webhook = store.webhooks.find(id);
		if (!webhook) return undefined;
		const data = { conversationId: store.info.id };
		try {
			await send(webhook, { id: `msg_${randomId()}`, type: "ping", timestamp: isoTime(now()), data });
		} catch (error) {
			if (!(error instanceof DeliveryFailed)) throw error;
			if (store.exists) store.webhooks.setFailure(id, error.failure, now());
			return { delivered: false, failure: error.failure };
		}
		if (!store.exists) return undefined;
		this.#queue.cancel(id);
		store.webhooks.setWorking(id, now());
		this.changed();
		return { delivered: true };
	}

	/** Its maker is still an owner, and the sign-in holds by which they made it. */
	async isInForce(webhook: Owned): Promise<boolean> {
		const { store, holds } = this.#with;
		const isHeld = await holds(webhook);
		return isHeld && store.exists && store.members.find(webhook.createdBy)?.role === "owner";
	}

	// Ends

	/** Ends an outgoing or incoming webhook. Returns false if there is no such webhook. */
	remove(id: string): boolean {
		const { webhooks, incomingWebhooks } = this.#with.store;
		const webhook = webhooks.find(id) ?? incomingWebhooks.find(id);
		if (webhook) this.#end([{ ...webhook, id }]);
		return webhook !== undefined;
	}

	/** Ends what this person made. Returns how many they were. */
	endOf(userId: string): number {
		return this.#end(this.#all().filter(({ createdBy }) => createdBy === userId));
	}

	/** Ends what depends on these personal tokens. */
	endOfTokens(tokenIds: readonly string[]): number {
		return this.#with.store.exists ? this.#end(this.#all().filter(({ tokenId }) => tokenIds.includes(tokenId))) : 0;
	}

	/** To be called before the conversation is deleted. */
	endAll(): void {
		this.#end(this.#all());
	}

	#all(): (Owned & { id: string })[] {
		return [...this.#with.store.webhooks.all(), ...this.#with.store.incomingWebhooks.all()];
	}

	#end(ended: readonly (Owned & { id: string })[]): number {
		const { store } = this.#with;
		for (const { id, createdBy, tokenId, ownsToken } of ended) {
			store.webhooks.remove(id);
			store.incomingWebhooks.remove(id);
			store.afterwards(() => {
				this.#queue.cancel(id);
				this.#places.delete(id);
				if (ownsToken) this.tokenEnds.add(createdBy, tokenId);
			});
		}
		return ended.length;
	}
}
