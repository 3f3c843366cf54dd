// What Claude looks up for one running reply: tools, sources, and the passages that rest on them, sent as it comes.
// Counts in the text of the message, and must not know where any of it comes from.

import type { ServerEvent } from "../../protocol/events.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import type { Citation, Source, Tool } from "../../protocol/sources.ts";
import type { ToolEvent } from "../ports.ts";

/** A cited passage as it came: in the text of the current request, which may begin by repeating what stands there. */
type Received = { start: number; end: number; sources: readonly Source[] };

export class Research {
	readonly #message: Message;
	readonly #send: (event: ServerEvent) => void;
	#tools: readonly Tool[];
	#sources: readonly Source[];
	#citations: readonly Citation[];
	/** The places of tools by the id that Claude's server gave them. */
	readonly #places = new Map<string, number>();
	/** Where the current request's text begins in the message, less what was left out of it as a repetition. */
	#origin = 0;
	/** How much text the current request has brought. */
	#received = 0;
	#waiting: Received[] = [];

	/** Begins with what the message holds. */
	constructor(message: Message, send: (event: ServerEvent) => void) {
		const { tools = [], sources = [], citations = [] } = message;
		this.#message = message;
		this.#send = send;
		this.#tools = tools;
		this.#sources = sources;
		this.#citations = citations;
	}

	get isToolRunning(): boolean {
		return this.#tools.some(({ status }) => status === "running");
	}

	get facts(): Pick<Message, "tools" | "sources" | "citations"> {
		const [tools, sources, citations] = [this.#tools, this.#sources, this.#citations];
		return {
			...(tools.length > 0 && { tools: [...tools] }),
			...(sources.length > 0 && { sources: [...sources] }),
			...(citations.length > 0 && { citations: [...citations] }),
		};
	}

	/** A request begins, whose text is appended at `offset`. */
	begin(offset: number): void {
		this.#origin = offset;
		this.#received = 0;
		this.#waiting = [];
	}

	receiveText(length: number): void {
		this.#received += length;
	}

	/** So much of the current request's text was a repetition. */
	skip(length: number): void {
		this.#origin -= length;
	}

	/** Whether the message holds this call. */
	has(id: string): boolean {
		return this.#tools.some((tool) => tool.id === id);
	}

	/** Whether the message says this of the call. An id that was used before stays with the call that had it. */
	shows({ id, status, input }: ToolEvent): boolean {
		return this.#tools.some((tool) => tool.id === id && tool.status === status && (input ?? tool.input) === tool.input);
	}

	/** The calls that Parley made or was asked to make. */
	get calls(): number {
		return this.#tools.filter((tool) => tool.id !== undefined).length;
	}

	/** Returns true if anything has changed. */
	record({ id, name, input, status, error, isCall, asks, decidedBy, result }: ToolEvent): boolean {
		const known = isCall ? this.#tools.findIndex((tool) => tool.id === id) : -1;
		const index = known >= 0 ? known : (this.#places.get(id) ?? (isCall ? this.#tools.length : this.#placeFor(name, status)));
		const before = this.#tools[index];
		if (index >= limits.tools || (before && before.status !== "running")) return false;
		this.#places.set(id, index);
		const by = decidedBy ?? before?.decidedBy;
		const own = isCall && { id, ...(asks && { asks }), ...(by && { decidedBy: by }), ...(result !== undefined && { result }) };
		const tool: Tool = { name, input: input ?? before?.input ?? "", status, ...(error && { error }), ...own };
		if (JSON.stringify(tool) === JSON.stringify(before)) return false;
		this.#setTool(index, tool);
		return true;
	}

	/** A result without a known beginning belongs to a tool that began before the object died. */
	#placeFor(name: string, status: Tool["status"]): number {
		const running = status === "running" ? -1 : this.#tools.findIndex((tool) => tool.name === name && tool.status === "running");
		return running < 0 ? this.#tools.length : running;
	}

	#setTool(index: number, tool: Tool): void {
		this.#tools = this.#tools.toSpliced(index, 1, tool);
		const { conversationId, id: messageId } = this.#message;
		this.#send({ type: "chat:tool", conversationId, messageId, index, tool });
	}

	/** Nothing more comes of the tools that were still running. `goesOn`: of those alone that Parley would have called. */
	endTools(goesOn = false): void {
		for (const [index, tool] of this.#tools.entries())
			if (tool.status === "running" && (tool.id !== undefined || !goesOn)) {
				const { asks: _, ...rest } = tool;
				this.#setTool(index, { ...rest, status: "failed", error: "unfinished" });
			}
		if (!goesOn) this.#places.clear();
	}

	/** Names a person no more as having decided. */
	forget(userId: string): void {
		this.#tools = this.#tools.map(({ decidedBy, ...tool }) => ({
			...tool,
			...(decidedBy && decidedBy.userId !== userId && { decidedBy }),
		}));
	}

	/** A page that Claude has read, or that it cites. */
	addSource(source: Source, passage?: { start: number; end: number }): void {
		const known = this.#sources.findIndex(({ url }) => url === source.url);
		const index = known < 0 ? this.#sources.length : known;
		const citation = passage && { ...passage, source: index };
		const isNew = known < 0 || (citation && !this.#citations.some((one) => one.end === citation.end && one.source === index));
		if (!isNew || index >= limits.sources || (citation && this.#citations.length >= limits.citations)) return;
		if (known < 0) this.#sources = [...this.#sources, source];
		if (citation) this.#citations = [...this.#citations, citation];
		const { conversationId, id: messageId } = this.#message;
		const named = this.#sources[index] as Source;
		this.#send({ type: "chat:source", conversationId, messageId, index, source: named, ...(citation && { citation }) });
	}

	/** The last `length` units of the received text rest on these sources. `settle` adds them. */
	cite(length: number, sources: readonly Source[]): void {
		this.#waiting.push({ start: this.#received - length, end: this.#received, sources });
	}

	/** Adds the waiting citations. The message's text has `length` units by now. */
	settle(length: number): void {
		for (const { start, end, sources } of this.#waiting.splice(0)) {
			const passage = { start: Math.max(0, this.#origin + start), end: Math.min(length, this.#origin + end) };
			if (passage.start < passage.end) for (const source of sources) this.addSource(source, passage);
		}
	}
}
