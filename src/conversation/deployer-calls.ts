// The calls that are made for no member: by administrators with a confirmed legal request, which the administration has decided about before,
// by the object with the conversation's files, by the address of incoming webhooks, and by a person's own object for what that person has here,
// who may have left.

import { RpcTarget } from "cloudflare:workers";
import type { Piece, PlaceInConversation } from "../protocol/account/export.ts";
import type { RetentionRecord } from "../protocol/admin/records.ts";
import type { MessageFile } from "../protocol/files/file.ts";
import { limits } from "../protocol/limits.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { type ExportPiece, type ExportPlace, exportPiece } from "./archive/export.ts";
import { ownPiece } from "./archive/own.ts";
import { prices, scanOf } from "./messages/work-rate.ts";
import { goOnErasing } from "./person-calls.ts";
import type { Requester } from "./ports.ts";
import { OwnTraces } from "./store/people/own.ts";
import type { Parts } from "./wiring.ts";

export class DeployerCalls extends RpcTarget {
	readonly #parts: Parts;

	constructor(parts: Parts) {
		super();
		this.#parts = parts;
	}

	/** Deletes the conversation. May be repeated. */
	async end(): Promise<void> {
		const { store, deletion } = this.#parts;
		if (store.exists && !store.keeping.isHeld) await deletion.begin();
	}

	/** Keeps everything in the conversation, or does so no longer. May be repeated. */
	async hold(isHeld: boolean): Promise<void> {
		if (!this.#parts.store.exists) return;
		this.#parts.retention.hold(isHeld);
		await goOnErasing(this.#parts);
	}

	/** True if somebody made an incoming webhook with this id, which may have ended since. */
	knowsIncomingWebhook(id: string): boolean {
		const { store } = this.#parts;
		return store.exists && store.incomingWebhooks.find(id) !== undefined;
	}

	retention(): RetentionRecord | Refusal {
		const { store } = this.#parts;
		if (!store.exists) return { code: "not_found" };
		const { administratorDays: retentionDays, keptDays = null, isHeld: held } = store.keeping;
		return { conversationId: store.info.id, retentionDays, keptDays, held };
	}

	/** True if messages would be kept for a shorter time than now. */
	shortens(days: number | null): boolean {
		const { store } = this.#parts;
		return store.exists && store.keeping.isShorter(days);
	}

	/** Keeps messages for so many days, in place of the deployment's. May be repeated. */
	retain(days: number | null): RetentionRecord | Refusal {
		if (this.#parts.store.exists) this.#parts.retention.setByAdministrator(days);
		return this.retention();
	}

	/** Which of these files messages name. The others are forgotten: no message can name them any more. `undefined`: it is not known yet. */
	keepFiles(ids: readonly string[]): string[] | undefined {
		const { store, importer } = this.#parts;
		// Lines of an import that are still to come may name files that it has brought. During a legal hold nothing is deleted.
		if (importer.isUnderWay || (store.exists && store.keeping.isHeld)) return undefined;
		return store.exists ? store.files.keepNamed(ids) : [];
	}

	/** A file that a message of an unfinished import names. */
	importedFile(id: string): MessageFile | Refusal {
		const { store, importer } = this.#parts;
		if (store.exists || store.end !== undefined) return { code: "conflict" };
		return (importer.isUnderWay && store.files.find(id)?.file) || { code: "not_found" };
	}

	/** The next piece of a copy in JSON Lines. */
	async exportPiece(place: ExportPlace): Promise<ExportPiece | Refusal> {
		const { store, membership, roster, conversation } = this.#parts;
		if (!store.exists) return { code: "not_found" };
		const { messages, length } = limits.exportPiece;
		const source = {
			describe: () => ({ ...store.info, ...membership.instructions() }),
			memberCount: store.members.count,
			members: (after: string, limit: number) => roster.linked(after, limit),
			messages: (after: number) => conversation.history().page({ after }, messages, length),
			versionsOf: (seq: number) => store.log.versions.of(seq),
		};
		return exportPiece(source, place);
	}

	/** For a person's own object, which asks without a request of theirs: nothing is learned here of where they are. */
	isMember(userId: string): boolean {
		const { store, endings } = this.#parts;
		if (!store.exists) return false;
		endings.run(userId);
		return store.members.find(userId) !== undefined;
	}

	/** The next piece of what a person has here. Nobody waits for it, so it leaves them work to go on with. */
	ownPiece(person: Requester, place?: PlaceInConversation): Piece<PlaceInConversation> | Refusal {
		const { store, sql, admission, endings, work, now } = this.#parts;
		if (!store.exists) return { text: "", records: 0 };
		endings.run(person.userId);
		const requester = admission.requester(person);
		const busy = work.begin(requester, now(), prices.call, limits.work.reserve);
		if (busy) return busy;
		const { read, ...piece } = ownPiece(store, new OwnTraces(sql, store.info.id, person.userId), person.userId, place, now());
		const scan = scanOf(read, sql, store.log.head.seq);
		work.count(requester, now(), { rows: piece.records + scan.rows, length: piece.text.length + scan.length });
		return piece;
	}
}
