// The calls about files that the Worker makes on behalf of a person: before and after an upload, and before anything is given out.
// Each asks again whether the person may do it.

import { RpcTarget } from "cloudflare:workers";
import { mayRead } from "../auth/personal-token.ts";
import type { Identity } from "../auth/tokens.ts";
import { orFull } from "../platform/full.ts";
import type { MessageFile } from "../protocol/files/file.ts";
import type { Author } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { hasScope } from "../protocol/token.ts";
import { refuseUnsent } from "./messages/attachments.ts";
import type { Described } from "./messages/descriptions.ts";
import { mayWrite } from "./messages/sending.ts";
import { prices } from "./messages/work-rate.ts";
import type { Parts } from "./wiring.ts";

/** A file, and the place of the message that it is part of. */
export type PlacedFile = MessageFile & { seq: number };

export class FileCalls extends RpcTarget {
	readonly #parts: Parts;
	readonly #identity: Identity;

	constructor(parts: Parts, identity: Identity) {
		super();
		this.#parts = parts;
		this.#identity = identity;
	}

	/** Asked before the bytes come. */
	async begin(): Promise<{ mayUpload: true } | Refusal> {
		const { admission, work, now } = this.#parts;
		const busy = work.begin(admission.requester(this.#identity), now(), prices.change);
		const writer = busy ?? (await this.#enter());
		if ("code" in writer) return writer;
		return refuseUnsent(this.#parts.store, writer.userId) ?? { mayUpload: true };
	}

	/** The bytes have come. */
	async add(file: MessageFile): Promise<{ file: MessageFile } | Refusal> {
		const writer = await this.#enter();
		if ("code" in writer) return writer;
		return orFull(() => ({ file: this.#parts.store.files.add(file, writer.userId, this.#parts.now()) }));
	}

	/** Socket.IO stores files before it passes a message on, so the scope is asked for here. */
	async #enter(): Promise<Author | Refusal> {
		if (!hasScope(this.#identity.program?.scopes, "write")) return { code: "forbidden" };
		const { admission, store } = this.#parts;
		const refused = await admission.refuseBefore(this.#identity);
		const person = refused ?? admission.enter(this.#identity);
		if ("code" in person) return person;
		return mayWrite(store, person.userId) ? person : { code: "forbidden" };
	}

	/** Until a message names a file, it is there for nobody but whoever uploaded it. */
	find(id: string): MessageFile | Refusal {
		const { admission, store } = this.#parts;
		return admission.asMember(this.#identity, ({ userId }): MessageFile | Refusal => {
			const known = store.files.find(id);
			const { from } = store.readerFor(userId);
			const isVisible = known && (known.seq === null ? known.userId === userId : known.seq >= from);
			return isVisible ? known.file : { code: "not_found" };
		});
	}

	/** Waits for Claude. */
	async describe(id: string, language: string): Promise<Described | Refusal> {
		const { conversation } = this.#parts;
		// A description says what is in the picture.
		if (!mayRead(this.#identity)) return { code: "forbidden" };
		const file = this.find(id);
		if ("code" in file) return file;
		const person = await this.#enter();
		return "code" in person ? person : conversation.descriptions.propose(person, this.#identity, file, language);
	}

	/** A file of one's own that no message names yet. */
	findOwn(id: string): MessageFile | Refusal {
		const { admission, store } = this.#parts;
		return admission.asMember(this.#identity, ({ userId }): MessageFile | Refusal => {
			const known = store.files.find(id);
			if (known?.userId !== userId) return { code: "not_found" };
			return known.seq === null ? known.file : { code: "file_taken" };
		});
	}

	/** Something new is known about a file of one's own that no message names yet. */
	change(file: MessageFile): { file: MessageFile } | Refusal {
		const own = this.findOwn(file.id);
		if ("code" in own) return own;
		return orFull(() => ({ file: this.#parts.store.files.change(file) }));
	}

	/** Forgets a file of one's own that no message names yet. Its bytes have to be deleted besides. */
	remove(id: string): { removed: true } | Refusal {
		const own = this.findOwn(id);
		if ("code" in own) return own;
		if (this.#parts.store.keeping.isHeld) return { code: "held" };
		this.#parts.store.files.remove(id);
		return { removed: true };
	}

	/** The files of messages after a place, in their order, or before one, the last first. */
	page(place: { after: number } | { before: number }, limit: number): { files: PlacedFile[]; hasMore: boolean } | Refusal {
		const { admission, store, work, now } = this.#parts;
		return admission.asMember(this.#identity, ({ userId }) => {
			const { from } = store.readerFor(userId);
			const { files } = store;
			const found =
				"after" in place
					? files.after(Math.max(place.after, from - 1), limit + 1)
					: files.before(place.before, limit + 1).filter(({ seq }) => seq >= from);
			work.count(this.#identity, now(), { rows: found.length, length: 0 });
			const page = cut(found, limit);
			return { files: page.map(({ file, seq }) => ({ ...file, seq })), hasMore: found.length > page.length };
		});
	}
}

/** Never between the files of one message: the next page begins with another one. */
function cut<T extends { seq: number }>(found: readonly T[], limit: number): readonly T[] {
	const next = found[limit];
	if (!next) return found;
	const whole = found.filter(({ seq }, at) => at < limit && seq !== next.seq);
	return whole.length > 0 ? whole : found.slice(0, limit);
}
