// Unsent text by person and conversation: stored on the device and shared by all tabs. Gets its
// storage and clock from outside.

import { briefOf } from "../../../src/protocol/files/brief.ts";
import type { FileBrief } from "../../../src/protocol/files/file.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Message } from "../../../src/protocol/message.ts";
import type { Person } from "../../../src/protocol/person.ts";
import { plainLine } from "../list/plainLine.ts";
import type { NewMessage } from "../live/outgoing.ts";
import { namedIn } from "./mentions.ts";

export type Draft = {
	readonly text: string;
	/** The quoted message, as far as it is shown. */
	readonly answered?: Answered | undefined;
	/** People who were chosen from the suggestions. */
	readonly named?: readonly Person[] | undefined;
	/** It is sent as a message that steers, as it was before it was refused. */
	readonly steers?: boolean | undefined;
};

export type Answered = { id: string; username: string; line: string; files?: readonly FileBrief[] };

/** As it is stored. `at`: the last change, in ms. */
type Kept = Draft & { at: number };

/** Every method may throw. */
export type Disk = {
	keys(): string[];
	read(key: string): string | null;
	write(key: string, text: string): void;
	remove(key: string): void;
};

const emptyDraft: Draft = { text: "" };
/** Beyond this number the oldest draft is deleted. */
const mostKept = 50;
/** The longest draft that is stored; a longer one stays only in the field. */
const longestKept = 4 * limits.content;

export function answeredOf({ id, author, content, files }: Message): Answered {
	const line = plainLine(content.slice(0, limits.excerpt));
	return { id, username: author.username, line, ...(files && { files: files.map(briefOf) }) };
}

/** Puts an unsent message before the draft, so that no text is lost. */
export function joined(draft: Draft, { content, replyTo, mentions, steer }: NewMessage, message: Message | undefined): Draft {
	const answered = message ? answeredOf(message) : replyTo === undefined ? draft.answered : { id: replyTo, username: "", line: "" };
	const named = [...namedIn(content, mentions), ...(draft.named ?? [])];
	const steers = (steer ?? draft.steers) && { steers: true };
	return { text: draft.text === "" ? content : `${content}\n\n${draft.text}`, answered, ...(named.length > 0 && { named }), ...steers };
}

export class Drafts {
	readonly #disk: Disk;
	readonly #now: () => number;
	readonly #listeners = new Set<() => void>();
	/** Drafts that this page has read. */
	readonly #known = new Map<string, Draft>();
	/** Keys of all drafts that are not empty, here or in storage. */
	readonly #there: Set<string>;
	readonly #unkept = new Set<string>();

	constructor(disk: Disk, now: () => number) {
		this.#disk = disk;
		this.#now = now;
		this.#there = new Set(this.#kept());
	}

	/** For `useSyncExternalStore`. Returns how to unsubscribe. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	/** Returns the same object until the draft changes. */
	of(userId: string, conversationId: string): Draft {
		const key = keyOf(userId, conversationId);
		const known = this.#known.get(key) ?? this.#read(key) ?? emptyDraft;
		this.#known.set(key, known);
		return known;
	}

	has(userId: string, conversationId: string): boolean {
		return this.#there.has(keyOf(userId, conversationId));
	}

	/** Whether the draft would survive the page. */
	isKept(userId: string, conversationId: string): boolean {
		return !this.#unkept.has(keyOf(userId, conversationId));
	}

	change(userId: string, conversationId: string, change: Partial<Draft>): void {
		const key = keyOf(userId, conversationId);
		const draft = { ...this.of(userId, conversationId), ...change };
		const isEmpty = draft.text === "" && draft.answered === undefined;
		if (isEmpty) this.#unkept.delete(key);
		else this.#unkept.add(key);
		if (this.#keep(key, isEmpty ? emptyDraft : draft)) this.#unkept.delete(key);
		this.#become(key, isEmpty ? emptyDraft : draft);
	}

	/** Another tab has written or removed this key. */
	changed(key: string, text: string | null): void {
		if (!isKey(key)) return;
		const kept = parsed(text);
		// Emptied, or removed to make room: a draft that this page has read stays here, and is now
		// only here.
		const isHere = this.#known.has(key) && this.#there.has(key);
		if (kept) this.#become(key, draftOf(kept));
		else if (isHere) this.#unkept.add(key);
		else this.#there.delete(key);
		if (!kept) this.#tell();
	}

	/** Deletes the drafts of everybody but this person; `null`: of everybody. */
	keepOnly(userId: string | null): void {
		const isOthers = (key: string) => authorOf(key) !== userId;
		for (const key of this.#kept().filter(isOthers)) this.#remove(key);
		for (const keys of [this.#known, this.#there, this.#unkept]) for (const key of [...keys.keys()].filter(isOthers)) keys.delete(key);
		this.#tell();
	}

	#become(key: string, draft: Draft): void {
		const isEmpty = draft.text === "" && draft.answered === undefined;
		this.#known.set(key, isEmpty ? emptyDraft : draft);
		if (isEmpty) this.#there.delete(key);
		else this.#there.add(key);
		this.#tell();
	}

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}

	#read(key: string): Draft | undefined {
		try {
			const kept = parsed(this.#disk.read(key));
			return kept && draftOf(kept);
		} catch {
			// Storage is forbidden, so nothing was stored.
			return undefined;
		}
	}

	/**
	 * Returns whether it was stored. An empty draft is written before its removal, so that other
	 * tabs can tell it from one removed to make room.
	 */
	#keep(key: string, draft: Draft): boolean {
		const isLonger = draft.text.length > longestKept;
		const isWritten = !isLonger && this.#write(key, JSON.stringify({ at: this.#now(), ...draft } satisfies Kept));
		if (isLonger || draft === emptyDraft) this.#remove(key);
		return isWritten;
	}

	#write(key: string, text: string): boolean {
		const others = () => this.#kept().filter((one) => one !== key);
		if (!this.#there.has(key)) while (others().length >= mostKept && this.#removeOldest(others()));
		do {
			try {
				this.#disk.write(key, text);
				return true;
			} catch {
				// Forbidden or full: removing an older draft may help.
			}
		} while (this.#removeOldest(others()));
		return false;
	}

	/** Returns whether there was one. */
	#removeOldest(keys: string[]): boolean {
		const oldest = keys.map((key) => ({ key, at: this.#timeOf(key) })).sort((one, other) => one.at - other.at)[0];
		return oldest !== undefined && this.#remove(oldest.key);
	}

	#timeOf(key: string): number {
		return parsed(this.#disk.read(key))?.at ?? 0;
	}

	#remove(key: string): boolean {
		try {
			this.#disk.remove(key);
			return true;
		} catch {
			return false;
		}
	}

	#kept(): string[] {
		try {
			return this.#disk.keys().filter(isKey);
		} catch {
			return [];
		}
	}
}

function draftOf({ at: _, ...draft }: Kept): Draft {
	return draft;
}

/** Only this page writes these keys, in its present or an earlier version. */
function parsed(text: string | null): Kept | undefined {
	try {
		const kept = JSON.parse(text ?? "null") as Kept | null;
		return typeof kept?.text === "string" ? kept : undefined;
	} catch {
		return undefined;
	}
}

function keyOf(userId: string, conversationId: string): string {
	return JSON.stringify(["draft", userId, conversationId]);
}

function authorOf(key: string): string | undefined {
	return (JSON.parse(key) as string[])[1];
}

function isKey(key: string): boolean {
	return key.startsWith('["draft",');
}
