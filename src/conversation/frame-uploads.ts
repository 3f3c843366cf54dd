// Files that arrive as binary frames of native sockets. A frame is in memory as a whole, so few bytes are taken at once.

import type { FileSettings } from "../file-settings.ts";
import { orFull } from "../platform/full.ts";
import { type Hold, heldBytes, streamOf } from "../platform/held-bytes.ts";
import { fileTooLarge } from "../protocol/errors.ts";
import { errorEvent } from "../protocol/events.ts";
import type { FileFacts, MessageFile } from "../protocol/files/file.ts";
import { type FileHeader, parseFileFrame } from "../protocol/files/frame.ts";
import * as fileLimits from "../protocol/files/limits.ts";
import { randomId } from "../protocol/random-id.ts";
import { busy, isRefusal, type Refusal } from "../protocol/refusal.ts";
import { hasScope } from "../protocol/token.ts";
import { refuseUnsent } from "./messages/attachments.ts";
import { mayWrite } from "./messages/sending.ts";
import type { Requester } from "./ports.ts";
import type { Fanout, FanoutClient } from "./sockets/fanout.ts";
import type { Store } from "./store/store.ts";

/** The object with the bytes. */
type RemoteFiles = {
	add(
		upload: { id: string; name: string; declared: string; length: number; facts: FileFacts; by: string; network?: string | undefined },
		bytes: ReadableStream<Uint8Array>,
	): Promise<MessageFile | Refusal>;
	drop(ids: readonly string[]): Promise<void>;
};

type Dependencies = {
	/** The conversation's id. */
	id: string;
	store: Store;
	clients: Pick<Fanout<FanoutClient>, "send">;
	limits: FileSettings;
	remote: () => RemoteFiles;
	passQuota: (writer: Requester, bytes: number) => Promise<Refusal | undefined>;
	now: () => number;
};

export class FrameUploads {
	readonly #with: Dependencies;
	/** The people whose files are being stored: one of each. */
	readonly #coming = new Set<string>();

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
	}

	/** Returns the refusal of a frame that makes no sense. Everything else is answered later. */
	receive(client: FanoutClient, frame: ArrayBuffer): Refusal | undefined {
		const parsed = parseFileFrame(frame);
		if ("refusal" in parsed) return parsed.refusal;
		const { header, bytes } = parsed;
		if (header.conversationId !== this.#with.id) return { code: "conversation_mismatch", ...nameOf(header) };
		const held = heldBytes.hold(client.requester);
		const refused = this.#refusalOf(client, bytes.length) ?? (held.add(bytes.length) ? undefined : busy);
		if (refused) this.#refuse(client, header, refused);
		else void this.#store(client, header, bytes, held);
		return undefined;
	}

	#refusalOf(client: FanoutClient, size: number): Refusal | undefined {
		const { limits } = this.#with;
		if (!this.#maySend(client)) return { code: "forbidden" };
		if (size === 0) return { code: "empty_file" };
		const most = Math.min(limits.maxBytes, fileLimits.inMemory.person);
		if (size > most) return { code: "too_large", text: fileTooLarge(most / fileLimits.megabyte) };
		const unsent = refuseUnsent(this.#with.store, client.person.userId);
		if (unsent) return unsent;
		return this.#coming.has(client.person.userId) ? busy : undefined;
	}

	#maySend({ person, scopes }: FanoutClient): boolean {
		const { store } = this.#with;
		return store.exists && hasScope(scopes, "write") && mayWrite(store, person.userId);
	}

	async #store(client: FanoutClient, header: FileHeader, bytes: Uint8Array<ArrayBuffer>, held: Hold): Promise<void> {
		const { userId } = client.person;
		this.#coming.add(userId);
		try {
			const result = await this.#take(client, header, bytes);
			if (isRefusal(result)) this.#refuse(client, header, result);
			else this.#with.clients.send(client, { type: "chat:file", conversationId: this.#with.id, ...nameOf(header), file: result });
		} catch (error) {
			console.error("A file could not be stored", this.#with.id, userId, error);
			this.#refuse(client, header, { code: "internal" });
		} finally {
			this.#coming.delete(userId);
			held.release();
		}
	}

	async #take(client: FanoutClient, header: FileHeader, bytes: Uint8Array<ArrayBuffer>): Promise<MessageFile | Refusal> {
		const { store, remote, passQuota, now } = this.#with;
		const full = await passQuota(client.requester, bytes.length);
		if (full) return full;
		const { name, contentType: declared, durationMs, waveform, thumbhash, alt } = header;
		const upload = { id: randomId(), name, declared: declared.toLowerCase(), length: bytes.length, by: client.person.userId };
		const facts = { durationMs, waveform, thumbhash, alt };
		const { network } = client.requester;
		const file = await remote().add({ ...upload, network, facts }, streamOf(bytes));
		if (isRefusal(file)) return file;
		// Much may have changed meanwhile.
		const isOver = !client.isOpen(now());
		if (!isOver && this.#maySend(client)) {
			const added = orFull(() => store.files.add(file, client.person.userId, now()));
			if (isRefusal(added)) await remote().drop([file.id]);
			return added;
		}
		await remote().drop([file.id]);
		return isOver ? { code: "token_expired" } : { code: "forbidden" };
	}

	#refuse(client: FanoutClient, header: FileHeader, refusal: Refusal): void {
		this.#with.clients.send(client, errorEvent(this.#with.id, { ...nameOf(header), ...refusal }));
	}
}

function nameOf({ clientId }: FileHeader): { clientId?: string } {
	return clientId === undefined ? {} : { clientId };
}
