// The files of the requests for one reply: which can be read, their bytes, and those that turn out not to be readable.

import type Anthropic from "@anthropic-ai/sdk";
import { type Asked, type FileBytes, ModelFailure } from "../../conversation/ports.ts";
import type { MessageFile } from "../../protocol/files/file.ts";
import { type AskedFiles, kindOf, type ReadAs } from "../../protocol/files/reading.ts";
import type { Settings } from "../../settings.ts";
import { knownCapabilities } from "../models.ts";
import type { Prompt } from "../prompt.ts";
import { serverKey } from "../server.ts";
import { type Attached, attach } from "./attach.ts";
import { streamed } from "./body.ts";
import { type Choice, everything, type Readable } from "./choice.ts";
import { deniedIn, refusedFiles } from "./refusal.ts";
import { type Seen, Sight } from "./sight.ts";

/** By server and model: what was found out about their abilities. Known while this isolate lives. */
const sights = new Map<string, Sight>();
/** Nobody runs more models with one deployment. */
const mostSights = 1_000;

function sightOf(settings: Settings["claude"]): Sight {
	const key = serverKey(settings);
	const sight = sights.get(key) ?? new Sight();
	if (!sights.has(key) && sights.size >= mostSights) sights.clear();
	sights.set(key, sight);
	return sight;
}

export class Attachments {
	readonly #settings: Settings["claude"];
	readonly #bytes: FileBytes | undefined;
	readonly #before: readonly string[];
	readonly #paidTokens: number | undefined;
	#kinds: ReadonlySet<ReadAs> = everything.kinds;
	/** The kinds of files of which nobody says whether the model reads them. */
	#unknown: readonly Seen[] = [];
	#hasDocuments = false;
	readonly #unread: Map<string, AskedFiles["unread"][string]>;
	/** Those of the request. */
	#files: readonly MessageFile[] = [];
	/** Files that were left out together, because the server refused a request with them. */
	readonly #refused: (readonly MessageFile[])[] = [];
	#attached: Attached | undefined;

	/**
	 * `before`: what the latest prompt had. What could not be read then is not tried again, unless it was gone or too costly. `paidTokens`:
	 * those that are paid for.
	 */
	constructor(settings: Settings["claude"], bytes: FileBytes | undefined, before: AskedFiles | undefined, paidTokens?: number) {
		this.#settings = settings;
		this.#bytes = bytes;
		this.#before = before?.read ?? [];
		this.#unread = new Map(Object.entries(before?.unread ?? {}).filter(([, reason]) => reason !== "gone" && reason !== "too_costly"));
		this.#paidTokens = paidTokens;
	}

	/** Finds out what the model reads. What is not known is tried. */
	async learnKinds(): Promise<void> {
		const { images, documents } = (await knownCapabilities(this.#settings)) ?? {};
		this.#unknown = [...(images === undefined ? (["picture"] as const) : []), ...(documents === undefined ? (["pdf"] as const) : [])];
		const sees = (kind: Seen) => !sightOf(this.#settings).isBlind(kind, Date.now());
		this.#hasDocuments = documents === true;
		const reads: Record<ReadAs, boolean> = { picture: images ?? sees("picture"), pdf: documents ?? sees("pdf"), text: true };
		this.#kinds = new Set(this.#bytes ? [...everything.kinds].filter((kind) => reads[kind]) : []);
	}

	/** `tokens`: of all files. */
	readable(tokens: number): Readable {
		return { kinds: this.#kinds, tokens, paidTokens: this.#paidTokens, unread: this.#unread };
	}

	/** Returns false if bytes are gone: the prompt is to be made anew. */
	async attach(prompt: Prompt, { aborted }: AbortSignal): Promise<boolean> {
		const attached = await attach(prompt, this.#bytes as FileBytes, this.#hasDocuments).catch((error: unknown) => {
			if (!aborted) console.error("Files could not be read for Claude", error);
			throw new ModelFailure("unavailable");
		});
		if ("gone" in attached) for (const id of attached.gone) this.#unread.set(id, "gone");
		else this.#attached = attached;
		this.#files = prompt.messages.flatMap(({ content }) => content.flatMap(({ files = [] }) => files));
		return !("gone" in attached);
	}

	get messages(): Anthropic.MessageParam[] {
		return this.#attached?.messages ?? [];
	}

	readonly bodyOf = (json: string): BodyInit => (this.#attached ? streamed(json, this.#attached.upload) : json);

	/** The request was refused. Returns false if that is not because of its files. */
	leaveOut(message: string, isTooLong: boolean): boolean {
		const sent = this.#files;
		this.#files = [];
		const unknown = isTooLong ? [] : sent.filter((file) => this.#unknown.some((kind) => kind === kindOf(file)));
		const denied = deniedIn(message).filter((kind) => unknown.some((file) => kindOf(file) === kind));
		for (const kind of denied) sightOf(this.#settings).deny(kind, Date.now());
		if (denied.length > 0) return this.#without(denied);
		// One after another would take a request for each.
		if (this.#refused.length > 1 && unknown.length > 0) return this.#without(this.#unknown);
		const idAt = this.#attached?.idAt ?? new Map<string, string>();
		const suspects = new Set(unknown.map(({ id }) => id));
		const refused = refusedFiles(message, { idAt, known: this.#before, isTooLong, suspects });
		for (const [id, reason] of refused) this.#unread.set(id, reason);
		if (!isTooLong) this.#refused.push(sent.filter(({ id }) => refused.has(id)));
		return refused.size > 0;
	}

	#without(kinds: readonly ReadAs[]): true {
		this.#kinds = new Set([...this.#kinds].filter((kind) => !kinds.includes(kind)));
		return true;
	}

	/** The request was answered: whatever was left out was the reason for the refusals. */
	#learn(): void {
		for (const kind of this.#unknown) {
			const isOf = (file: MessageFile) => kindOf(file) === kind;
			if (this.#files.some(isOf)) sightOf(this.#settings).see(kind);
			for (const files of this.#refused) {
				const contents = new Set(files.filter(isOf).map(({ id, sha256 = id }) => sha256));
				if (contents.size > 0) sightOf(this.#settings).refuse(kind, contents, Date.now());
			}
		}
	}

	/** Claude has begun to answer. Returns what it was asked with. */
	askedWith({ read, unread }: Choice): Pick<Asked, "files" | "unread"> {
		this.#learn();
		if (read.length + unread.size === 0) return {};
		const costly = [...unread].flatMap(([id, reason]) => (reason === "too_costly" ? [[id, reason] as const] : []));
		const known = [...this.#unread, ...costly].filter(([id]) => unread.has(id));
		return { files: { read: read.map(({ id }) => id), unread: Object.fromEntries(known), kinds: [...this.#kinds] }, unread };
	}
}
