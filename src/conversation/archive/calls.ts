// The calls for exports and forks that the Worker makes on behalf of a person. They contain what that person may read.

import { RpcTarget } from "cloudflare:workers";
import type { Identity } from "../../auth/tokens.ts";
import type { Member } from "../../protocol/conversation.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { prices, type Read, readOf } from "../messages/work-rate.ts";
import type { Parts } from "../wiring.ts";
import { type ExportPiece, type ExportPlace, exportPiece, type PagePiece, pagePiece, type Source } from "./export.ts";
import { type ForkPiece, type ForkTitle, forkHead, forkPiece } from "./fork.ts";
import { renumbered } from "./part.ts";

const erasedWhileHeld =
	"Everything in this conversation is kept for a legal reason, also what erased people have written. It cannot be forked until that ends.";

export class ArchiveCalls extends RpcTarget {
	readonly #parts: Parts;
	readonly #identity: Identity;

	constructor(parts: Parts, identity: Identity) {
		super();
		this.#parts = parts;
		this.#identity = identity;
	}

	#counted<T>(result: T, read: Read): T {
		this.#parts.work.count(this.#identity, this.#parts.now(), read);
		return result;
	}

	/** The next piece of an export. Any member may export: it contains nothing that they cannot read page by page. */
	async exportPiece(place: ExportPlace): Promise<ExportPiece | Refusal> {
		return this.#exported(() => exportPiece(this.#source, place));
	}

	async exportPage(place: ExportPlace): Promise<PagePiece | Refusal> {
		return this.#exported(async () => pagePiece(this.#source, place));
	}

	async #exported<T>(read: () => Promise<T>): Promise<T | Refusal> {
		return this.#parts.admission.asMember(this.#identity, read, prices.call, limits.work.reserve);
	}

	/** The places before the first one that this person may read. */
	get #hidden(): number {
		return this.#parts.store.members.standing(this.#identity.userId).from - 1;
	}

	/** Numbered from the first message that this person may read. Everything that is read is counted. */
	get #source(): Source {
		const { membership, roster, conversation, store } = this.#parts;
		const { userId } = this.#identity;
		const { messages, length } = limits.exportPiece;
		const source: Source = {
			describe: () => ({ ...store.infoFrom(this.#hidden + 1), ...membership.instructions() }),
			memberCount: store.members.count,
			members: (after, limit) => {
				const members = roster.linked(after, limit);
				return this.#counted(members, { rows: members.length, length: 0 });
			},
			messages: (after: number) => this.#page(conversation.history(userId).page({ after }, messages, length)),
			versionsOf: (seq: number) => {
				const versions = store.log.versions.of(seq);
				return this.#counted(versions, readOf(versions));
			},
			fileName: (id) => this.#fileName(id),
		};
		return renumbered(source, this.#hidden);
	}

	#fileName(id: string): string | undefined {
		const known = this.#counted(this.#parts.store.files.find(id), { rows: 1, length: 0 });
		return known?.seq && known.seq > this.#hidden ? known.file.name : undefined;
	}

	#page<T extends { messages: Message[] }>(page: T): T {
		return this.#counted(page, readOf(page.messages));
	}

	/** Begins a fork of everything up to a place, and says how many rows it has. Any member may fork: a fork contains nothing that they cannot read. */
	beginFork(upTo: number): { rows: number } | Refusal {
		const { store, now } = this.#parts;
		return this.#forking(({ userId }): { rows: number } | Refusal => {
			if (upTo > store.log.head.seq || upTo <= this.#hidden) return { code: "not_found" };
			store.audit.add("forked", userId, undefined, now());
			return { rows: upTo - this.#hidden + store.log.versions.countUpTo(upTo) };
		}, prices.fork);
	}

	forkTitle(upTo: number): ForkTitle | Refusal {
		return this.#forking(() => {
			const { from, ...title } = this.#parts.titles.upTo(upTo, this.#hidden + 1);
			return { ...title, ...(from !== undefined && { from: from - this.#hidden }) };
		});
	}

	async forkHead(upTo: number): Promise<ForkPiece | Refusal> {
		return this.#forking(() => forkHead(this.#source, upTo - this.#hidden, isoTime(this.#parts.now())));
	}

	async forkPiece(upTo: number, place: ExportPlace): Promise<ForkPiece | Refusal> {
		return this.#forking(() => forkPiece(this.#source, upTo - this.#hidden, place), prices.call, limits.work.reserve);
	}

	/** No erasure finds a fork that is made after it: a conversation that keeps somebody's words only until a legal hold ends has no forks. */
	#forking<T>(read: (member: Member) => T, price?: number, reserve?: number): T | Refusal {
		const { admission, store } = this.#parts;
		const act = (member: Member): T | Refusal =>
			store.keeping.erasures.length > 0 ? { code: "held", text: erasedWhileHeld } : read(member);
		return admission.asMember(this.#identity, act, price, reserve);
	}
}
