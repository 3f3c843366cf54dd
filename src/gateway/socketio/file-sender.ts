// Sends the messages with files of one client: stores the files, and then passes the message on with their ids.

import type { Identity } from "../../auth/tokens.ts";
import type { ClientEvent } from "../../protocol/events.ts";
import type { NamedFiles } from "../../protocol/files/file.ts";
import { busy, isRefusal, type Refusal } from "../../protocol/refusal.ts";
import type { Backend } from "../backend.ts";
import type { Attachments } from "./attachments.ts";
import type { Outbound } from "./outbound.ts";
import { conversationIn, type EventPacket, toClientEvent } from "./packets.ts";
import { clientIdIn, readSentFiles, type SentFiles, standIn, tooLarge } from "./sent-files.ts";

type SendEvent = Extract<ClientEvent, { type: "chat:send" }>;

/** The session of the client that sends. */
type Owner = { readonly backend: Backend; countBadEvent(): void };

/** The client that sends. */
type Sender = {
	identity(): Identity;
	isOver(): boolean;
	isIn(conversationId: string): boolean;
	/** Prepares an event for its answer. */
	withAnswer(event: ClientEvent, ackId: number | undefined): ClientEvent;
	apply(event: ClientEvent, ackId: number | undefined): Refusal | undefined;
};

export class FileSender {
	readonly #owner: Owner;
	readonly #outbound: Outbound;
	readonly #sender: Sender;
	/** Pending while files are being stored: they are in memory as long. */
	#storing: Promise<void> | undefined;

	constructor(owner: Owner, outbound: Outbound, sender: Sender) {
		this.#owner = owner;
		this.#outbound = outbound;
		this.#sender = sender;
	}

	/** Resolves when no files are being stored. */
	get settled(): Promise<void> {
		return this.#storing ?? Promise.resolve();
	}

	/** The refusal of an event before its attachments come, which are in memory until all of them are there. */
	refusalOf({ name, payload }: EventPacket): Refusal | undefined {
		const { conversationId } = conversationIn(payload);
		if (name !== "chat:send" || conversationId === undefined) return { code: "bad_event" };
		if (this.#storing) return busy;
		return this.#sender.isIn(conversationId) ? undefined : { code: "not_joined" };
	}

	refuse({ payload, ackId }: EventPacket, refusal: Refusal): void {
		if (refusal.code === "bad_event") this.#owner.countBadEvent();
		this.#outbound.refuse(refusal, { ...conversationIn(payload), ...clientIdIn(payload) }, ackId);
	}

	/** Takes a message all of whose attachments have come. */
	receive(attachments: Attachments): void {
		const { packet } = attachments;
		this.#outbound.eventReceived();
		const sent = this.#read(attachments);
		const event = isRefusal(sent) ? sent : this.#eventOf(sent, packet.ackId);
		if (isRefusal(event) || isRefusal(sent)) {
			attachments.release();
			this.refuse(packet, event as Refusal);
			return;
		}
		this.#storing = this.#send(event, sent.files, packet.ackId).finally(() => {
			this.#storing = undefined;
			attachments.release();
		});
	}

	#read(attachments: Attachments): SentFiles | Refusal {
		if (attachments.isTooLarge) return tooLarge(this.#owner.backend);
		return attachments.isDropped ? busy : readSentFiles(attachments);
	}

	/** The message, before its files have ids. */
	#eventOf({ payload, files }: SentFiles, ackId: number | undefined): SendEvent | Refusal {
		const parsed = toClientEvent("chat:send", { ...payload, files: files.map(standIn) });
		if ("refusal" in parsed) return parsed.refusal;
		const event = this.#sender.withAnswer(parsed.event, ackId) as SendEvent;
		return this.#sender.isIn(event.conversationId) ? event : { code: "not_joined" };
	}

	async #send(event: SendEvent, files: SentFiles["files"], ackId: number | undefined): Promise<void> {
		const { conversationId } = event;
		const stored = await this.#owner.backend.storeFiles(this.#sender.identity(), conversationId, files).catch((error): Refusal => {
			console.error("Files of a Socket.IO client could not be stored", conversationId, error);
			return { code: "internal" };
		});
		if (this.#sender.isOver()) return;
		const refusal = isRefusal(stored) ? stored : this.#sender.apply({ ...event, files: stored.files as NamedFiles }, ackId);
		if (refusal) this.#outbound.refuse(refusal, event, ackId);
	}
}
