// Notifies a person's devices of what arrives in their list while none of their pages is visible: decides whether and when, and
// keeps what is to be sent until it is. Must not know how a message is encrypted, or how a person proves who they are.

import type { SharedAlarm } from "../../platform/alarm.ts";
import { type RetryPolicy, RetryQueue } from "../../platform/retry-queue.ts";
import type { ListEntry } from "../../protocol/conversation.ts";
import { arrivalIn, isOver, isWanted } from "../../protocol/push/arrival.ts";
import * as pushLimits from "../../protocol/push/limits.ts";
import { messageOf, type PushMessage } from "../../protocol/push/message.ts";
import { endOfQuiet, readNotificationSettings } from "../../protocol/push/notification-settings.ts";
import { mayPushSilently } from "../../protocol/push/subscription.ts";
import type { Sockets } from "../sockets.ts";
import type { Store } from "../store.ts";
import { notificationOf } from "./notification.ts";
import { type KnownDevice, type Notice, type PushDevice, PushStore } from "./store.ts";

/** A message for one device about one conversation. `at`: when it was queued, in ms. */
type Job = { device: string; conversationId: string; isClear: boolean; at: number };

/** 5, 20, 80 and 320 s after each other, or as long as the push service asks, up to an hour. */
const policy: RetryPolicy = { firstPause: 5_000, factor: 4, longestPause: 3600_000, maxTries: 5 };
/** In ms. A message that waited longer asks the conversation whether the person is still in it. */
const freshFor = 5_000;
/** Notices that one go of the alarm looks at. */
const mostAtOnce = 100;

type Parts = {
	userId: string;
	sql: SqlStorage;
	store: Pick<Store, "entry" | "settings" | "isWritten">;
	sockets: Pick<Sockets, "attention">;
	/** Sends to a push service. `gone`: there is no such device any more. Rejects if it is to be tried again. */
	send: (device: PushDevice, message: PushMessage, conversationId: string) => Promise<"sent" | "gone">;
	/** The sign-in has ended, as far as this object knows. */
	isEnded: (device: PushDevice) => boolean;
	/** Asks again whether the sign-in holds that subscribed. */
	holds: (device: PushDevice) => Promise<boolean>;
	/** After so long without a sign of them, an issuer is not believed to vouch for a person any more; in ms. */
	ownerAbsence: () => number;
	isMember: (conversationId: string) => Promise<boolean>;
	alarm: SharedAlarm;
	now: () => number;
};

export class Push {
	readonly #with: Parts;
	readonly #store: PushStore;
	readonly #queue: RetryQueue<Job>;

	constructor(parts: Parts) {
		this.#with = parts;
		this.#store = new PushStore(parts.sql);
		this.#queue = new RetryQueue<Job>({
			sql: parts.sql,
			name: "push",
			policy,
			run: (_key, job) => this.#run(job),
			failed: ({ error }) => console.warn("A notification could not be pushed", error instanceof Error ? error.message : "unknown"),
			afterLastTry: "remove",
			concurrency: pushLimits.devices,
			isOpen: () => parts.store.isWritten,
			alarm: parts.alarm,
			now: parts.now,
		});
	}

	/** False for people without a device to notify: nothing else here is to be called for them. */
	get isOn(): boolean {
		return this.#store.isOn;
	}

	// Devices

	get devices(): KnownDevice[] {
		return this.#store.devices(this.#with.now());
	}

	/** Returns false for a sign-in that has ended. */
	add(device: PushDevice): boolean {
		if (this.#with.isEnded(device)) return false;
		this.#store.add(device, this.#with.now());
		return true;
	}

	/** Without an id, all of them. */
	remove(id?: string): void {
		if (id === undefined) this.#store.deleteAll();
		else this.#store.remove(id);
	}

	endSession(session: string): void {
		this.#store.removeOfSession(session);
	}

	/** The tables are gone. */
	reset(): void {
		this.#store.reset();
	}

	// Changes of the list

	changed(before: ListEntry, now: ListEntry): void {
		const { userId, store } = this.#with;
		if (isOver(now)) {
			this.ended(now.id);
			return;
		}
		const arrival = arrivalIn(before, now, userId);
		if (!arrival || !isWanted(arrival, now, readNotificationSettings(store.settings).notifications)) return;
		const known = this.#store.notice(now.id);
		// One that waits says the newest when its time comes.
		const isForMe = arrival.isForMe || (known?.dueAt != null && known.isForMe);
		this.#store.save({ conversationId: now.id, dueAt: known?.dueAt ?? this.#with.now(), isForMe, sentAt: known?.sentAt ?? 0 });
		void this.runDue();
	}

	/** The conversation was read, muted or left: what was shown of it goes. */
	ended(conversationId: string): void {
		const known = this.#store.notice(conversationId);
		if (!known) return;
		this.#store.forget(conversationId);
		if (known.sentAt > 0) this.#enqueue(conversationId, true);
	}

	// Unfinished work

	/** When `runDue` is to be called, in ms. */
	get dueAt(): number | undefined {
		const times = [this.#store.dueAt, this.#queue.dueAt].filter((at) => at !== undefined);
		return times.length > 0 ? Math.min(...times) : undefined;
	}

	/** Sends what is due. Resolves when that was tried; never rejects. */
	async runDue(): Promise<void> {
		if (!this.#with.store.isWritten) return;
		try {
			for (const notice of this.#store.due(this.#with.now(), mostAtOnce)) this.#proceed(notice);
		} catch (error) {
			console.error("Notifications could not be stored", error);
		}
		await this.#queue.runDue();
		if (this.dueAt !== undefined) this.#with.alarm.bringForward();
	}

	/** Sends a notice, puts it off, or drops it. */
	#proceed(notice: Notice): void {
		const { conversationId } = notice;
		const now = this.#with.now();
		const { isLooking, lookedUntil } = this.#with.sockets.attention;
		if (isLooking || !this.#isWanted(notice)) {
			this.#store.save({ ...notice, dueAt: null });
			return;
		}
		const quiet = endOfQuiet(readNotificationSettings(this.#with.store.settings), now) ?? 0;
		const notBefore = Math.max(lookedUntil + pushLimits.justLooked, quiet, notice.sentAt + pushLimits.gap);
		const dueAt = notBefore > now ? notBefore : this.#store.count(now);
		if (dueAt !== undefined) this.#store.save({ ...notice, dueAt });
		else {
			this.#store.save({ ...notice, dueAt: null, sentAt: now });
			this.#enqueue(conversationId, false);
		}
	}

	/** Still: the conversation may have been left, read or muted meanwhile. */
	#isWanted({ conversationId, isForMe }: Pick<Notice, "conversationId" | "isForMe">): boolean {
		const { store } = this.#with;
		const entry = store.entry(conversationId);
		return entry !== undefined && !isOver(entry) && isWanted({ isForMe }, entry, readNotificationSettings(store.settings).notifications);
	}

	/** A notification and its end are one job, so that the later one replaces the earlier. */
	#enqueue(conversationId: string, isClear: boolean): void {
		const at = this.#with.now();
		for (const { id: device, endpoint } of this.#store.devices(at)) {
			const key = `${device} ${conversationId}`;
			if (isClear && !mayPushSilently(endpoint)) this.#queue.cancel(key);
			else void this.#queue.enqueue(key, { device, conversationId, isClear, at });
		}
	}

	async #run({ device: id, conversationId, isClear, at }: Job): Promise<"done"> {
		const { holds, isMember, send, now } = this.#with;
		const device = this.#store.device(id, now());
		if (!device) return "done";
		if (!this.#isVouchedFor(device) || !(await holds(device))) {
			this.#store.remove(id);
			return "done";
		}
		if (!isClear && now() - at > freshFor && !(await isMember(conversationId))) return "done";
		const message = isClear ? this.#clearing(conversationId) : this.#notifying(conversationId, device);
		if (message && (await send(device, message, conversationId)) === "gone") this.#store.remove(id);
		return "done";
	}

	/** Nobody but the deployment's own issuer knows whom it has let go. */
	#isVouchedFor({ kind, renewedAt }: KnownDevice): boolean {
		const { ownerAbsence, now } = this.#with;
		return kind !== "issued" || now() - renewedAt < Math.min(pushLimits.issuedLifetime, ownerAbsence());
	}

	/** `undefined` if something newer is shown by now. */
	#clearing(conversationId: string): PushMessage | undefined {
		return this.#store.notice(conversationId) ? undefined : { clear: conversationId };
	}

	/** Reads the conversation again: it may have been read, muted or left since. */
	#notifying(conversationId: string, { page }: PushDevice): PushMessage | undefined {
		const notice = this.#store.notice(conversationId);
		const entry = this.#with.store.entry(conversationId);
		const notification = notice && entry && this.#isWanted(notice) ? notificationOf(entry, page) : undefined;
		return notification && messageOf(notification);
	}
}
