// Everything that a person has here, piece by piece: first what their own object knows, then each conversation that they are or were in.
// Secrets are in no piece. Must not know how a conversation finds what is theirs.

import type { Device } from "../../protocol/account/account.ts";
import { Lines, type Piece, type PlaceInConversation, type PlaceInExport } from "../../protocol/account/export.ts";
import { accountLimits } from "../../protocol/account/limits.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import { isRefusal, type Refusal } from "../../protocol/refusal.ts";
import type { Erasure } from "../erasure.ts";
import type { Push } from "../push/push.ts";
import type { SignIns } from "../sign-ins.ts";
import type { Store } from "../store.ts";

const day = 24 * 3600_000;

type Parts = {
	store: Store;
	signIns: SignIns;
	push: Pick<Push, "devices">;
	erasure: Pick<Erasure, "progress">;
	/** Reads a piece in one conversation. */
	read: (id: string, place: PlaceInConversation | undefined, network: string | undefined) => Promise<Piece<PlaceInConversation> | Refusal>;
	now: () => number;
};

export class OwnData {
	readonly #with: Parts;

	constructor(parts: Parts) {
		this.#with = parts;
	}

	/** Counts an export, and notes it in the log of the account: whoever else has the sign-in may have made it. */
	begin(device: Device): { isDone: true } | Refusal {
		const { signIns, now } = this.#with;
		const { events } = signIns.account;
		const newest = events.list().filter(({ act }) => act === "data_exported");
		const nextAt = Date.parse(newest[accountLimits.ownExport.perDay - 1]?.at ?? "") + day;
		if (nextAt > now()) return { code: "rate_limited", retryAfterMs: nextAt - now() };
		events.add("data_exported", undefined, device, now());
		return { isDone: true };
	}

	/** What is known of the person without their conversations. `epoch`: see `Tokens.list`. `before`: the lines that the file has. */
	about(epoch: string, before: number): Piece<PlaceInExport> {
		const { store, signIns, push, erasure, now } = this.#with;
		const { account, sessions, tokens } = signIns;
		const lines = new Lines();
		lines.add({ type: "settings", settings: store.settings });
		for (const { id: _, ...identity } of account.identities.list()) lines.add({ type: "identity", ...identity });
		for (const { id: _, ...passkey } of account.passkeys.list()) lines.add({ type: "passkey", ...passkey });
		for (const { id, renewedAt } of sessions.live(now()))
			lines.add({ type: "device", device: account.devices.deviceOf(id), lastSeenAt: isoTime(renewedAt) });
		for (const event of account.events.list()) lines.add({ type: "account_event", ...event });
		for (const { id: _, ...token } of tokens.list(epoch)) lines.add({ type: "token", ...token });
		for (const { page, renewedAt } of push.devices) lines.add({ type: "push", page, renewedAt: isoTime(renewedAt) });
		const erasing = erasure.progress;
		if (erasing) lines.add({ type: "erasure", ...erasing });
		return { text: lines.text, records: lines.records, next: { after: "", records: before + lines.records, unreachable: 0 } };
	}

	/** The next conversations, until the piece is long enough. `network`: see `Requester`. */
	async conversations(place: PlaceInExport, network: string | undefined): Promise<Piece<PlaceInExport> | Refusal> {
		const { store } = this.#with;
		const lines = new Lines();
		let { after, inside, unreachable } = place;
		for (let calls = 0; ; calls++) {
			const id = inside?.id ?? store.enteredAfter(after);
			if (id === undefined) {
				lines.add({ type: "end", records: place.records + lines.records, unreachable });
				return { text: lines.text, records: lines.records };
			}
			const isFull = lines.text.length >= accountLimits.ownPiece.length || calls >= accountLimits.ownExport.calls;
			const piece = isFull ? "later" : await this.#read(id, inside?.place, network);
			if (piece !== "later" && isRefusal(piece) && calls === 0) return piece;
			if (piece === "later" || isRefusal(piece))
				return {
					text: lines.text,
					records: lines.records,
					next: { after, inside, unreachable, records: place.records + lines.records },
				};
			if (!inside) this.#addEntry(lines, id);
			if (piece === "unreachable") {
				unreachable += 1;
				lines.add({ type: "unreachable", conversationId: id });
			} else lines.append(piece);
			inside = piece !== "unreachable" && piece.next ? { id, place: piece.next } : undefined;
			if (!inside) after = id;
		}
	}

	/** A conversation that fails holds up no other. */
	async #read(id: string, place: PlaceInConversation | undefined, network: string | undefined) {
		try {
			return await this.#with.read(id, place, network);
		} catch (error) {
			console.error("A conversation could not be read for an export of its person", id, error);
			return "unreachable";
		}
	}

	#addEntry(lines: Lines, id: string): void {
		const entry = this.#with.store.entry(id);
		if (!entry) return;
		const { muted, pinned, archived, notifications } = entry;
		lines.add({ type: "list", conversationId: id, muted, pinned, archived, ...(notifications !== undefined && { notifications }) });
	}
}
