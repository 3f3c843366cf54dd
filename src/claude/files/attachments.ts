// The files of the requests for one reply: which can be read, their bytes, and those that turn out not to be readable.

import type Anthropic from "@anthropic-ai/sdk";
import { type Asked, type FileBytes, ModelFailure } from "../../conversation/ports.ts";
import type { AskedFiles, ReadAs } from "../../protocol/files/reading.ts";
import type { Settings } from "../../settings.ts";
import { knownCapabilities } from "../models.ts";
import type { Prompt } from "../prompt.ts";
import { serverKey } from "../server.ts";
import { type Attached, attach } from "./attach.ts";
import { streamed } from "./body.ts";
import { type Choice, everything, type Readable } from "./choice.ts";
import { refusedFiles } from "./refusal.ts";

/** Servers and models of unknown abilities that refused files. Known while this isolate lives. */
const sightless = new Set<string>();

export class Attachments {
	readonly #settings: Settings["claude"];
	readonly #bytes: FileBytes | undefined;
	readonly #before: readonly string[];
	readonly #paidTokens: number | undefined;
	#kinds: ReadonlySet<ReadAs> = everything.kinds;
	/** The model is known to read pictures or PDFs, so that a refusal is about a file. */
	#isSure = false;
	#hasDocuments = false;
	#mayBeSightless = false;
	readonly #unread: Map<string, AskedFiles["unread"][string]>;
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
		this.#isSure = images === true || documents === true;
		const isSightless = sightless.has(serverKey(this.#settings));
		this.#hasDocuments = documents === true;
		const reads: Record<ReadAs, boolean> = { picture: images ?? !isSightless, pdf: documents ?? !isSightless, text: true };
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
		return !("gone" in attached);
	}

	get messages(): Anthropic.MessageParam[] {
		return this.#attached?.messages ?? [];
	}

	readonly bodyOf = (json: string): BodyInit => (this.#attached ? streamed(json, this.#attached.upload) : json);

	/** The request was refused. Returns false if that is not because of its files. */
	leaveOut(message: string, isTooLong: boolean): boolean {
		const idAt = this.#attached?.idAt ?? new Map<string, string>();
		if (!this.#isSure && !isTooLong && !/messages\.\d+\.content\.\d+/.test(message)) return this.#tryWithoutSight();
		const refused = refusedFiles(message, { idAt, known: this.#before, isTooLong });
		for (const [id, reason] of refused) this.#unread.set(id, reason);
		return refused.size > 0;
	}

	/** Nothing says whether the model sees anything. If it answers without, it does not. */
	#tryWithoutSight(): boolean {
		this.#mayBeSightless = this.#kinds.has("picture") || this.#kinds.has("pdf");
		this.#kinds = new Set<ReadAs>(["text"]);
		return this.#mayBeSightless;
	}

	/** Claude has begun to answer. Returns what it was asked with. */
	askedWith({ read, unread }: Choice): Pick<Asked, "files" | "unread"> {
		if (this.#mayBeSightless) sightless.add(serverKey(this.#settings));
		if (read.length + unread.size === 0) return {};
		const costly = [...unread].flatMap(([id, reason]) => (reason === "too_costly" ? [[id, reason] as const] : []));
		const known = [...this.#unread, ...costly].filter(([id]) => unread.has(id));
		return { files: { read: read.map(({ id }) => id), unread: Object.fromEntries(known), kinds: [...this.#kinds] }, unread };
	}
}
