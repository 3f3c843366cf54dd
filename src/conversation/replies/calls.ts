// The calls of tools that one running reply waits for: who has to allow them, carrying them out, and what Claude is told. All of it is
// in storage, so that a reply can wait while its object sleeps. Must not know how a tool is called.

import { limits } from "../../protocol/limits.ts";
import { claude, type Person } from "../../protocol/person.ts";
import type { CallResult, ClientTool, PromptMessage, Toolbox, ToolCall, ToolEvent } from "../ports.ts";
import type { StoredCall } from "../store/claude/calls.ts";
import { isCut, placeOf, recall } from "./recall.ts";
import type { Sink } from "./sink.ts";

/** A read-only call is made once more if the object died in it. */
const mostTries = 2;

const texts = {
	lost: "The call was started and then interrupted. It is unknown whether it was carried out.",
	unreadable: "The arguments are not JSON, or too long to be shown to people. Nothing was done.",
	tooMany: "No more calls may be made for this answer. Nothing was done.",
	notAllowed: "This conversation does not permit the tool. Nothing was done.",
	hidden: "The call could not be shown to people. Nothing was done.",
	// Without a name: an erasure would not find it here.
	declined: "A person in the conversation declined the call. Nothing was done.",
	undecided: "Nobody answered whether the call may be made. Nothing was done.",
};

type Parts = {
	sink: Sink;
	toolbox: Toolbox;
	/** Shows in the message what has become of a call. False if the message has no room for it. */
	show: (event: ToolEvent) => boolean;
	now: () => number;
};

export class Calls {
	readonly #with: Parts;
	/** Servers that people were told about. */
	readonly #missing = new Set<string>();

	constructor(parts: Parts) {
		this.#with = parts;
	}

	get #servers(): readonly string[] {
		return this.#with.sink.calls?.servers() ?? [];
	}

	/** Tools of MCP servers may be called. */
	get isOffered(): boolean {
		return this.#servers.length > 0;
	}

	/** The tools of the conversation itself, for Claude to call while it reads these messages. */
	own(messages: readonly PromptMessage[]): readonly ClientTool[] {
		const { calls } = this.#with.sink;
		return calls && isCut(messages, calls.latestStart()) ? [recall] : [];
	}

	/** The tools of MCP servers that Claude may call. People are told of servers that cannot be reached. */
	async offered(): Promise<readonly ClientTool[]> {
		const { toolbox, show } = this.#with;
		const { tools, missing } = await toolbox.offered(this.#servers);
		for (const name of missing) {
			if (!this.#missing.has(name)) show({ type: "tool", id: `missing ${name}`, name, status: "failed", error: "unavailable" });
			this.#missing.add(name);
		}
		return tools;
	}

	#stored(): StoredCall[] {
		return this.#with.sink.calls?.stored() ?? [];
	}

	/** The reply waits for calls. */
	get isOpen(): boolean {
		return this.#stored().length > 0;
	}

	/** When the first of the waiting calls is too late, if nothing else can be done before. */
	get waitsUntil(): number | undefined {
		const calls = this.#stored();
		const waiting = calls.filter(({ state }) => state === "waiting");
		if (waiting.length === 0 || calls.some(({ state }) => state === "ready")) return undefined;
		return Math.min(...waiting.map(({ dueAt }) => dueAt));
	}

	/** Claude has written these calls. `before`: how many were made for the reply. */
	begin(calls: readonly ToolCall[], before: number): void {
		const { toolbox, now } = this.#with;
		for (const [index, call] of calls.entries()) {
			const asks = call.name !== recall.name && toolbox.rulesOf(call.name).asks;
			const stored: StoredCall = {
				...call,
				state: asks ? "waiting" : "ready",
				asks,
				dueAt: now() + limits.approval,
				tries: 0,
				result: "",
				isError: false,
			};
			const isReadable = call.input !== undefined && call.input.length <= limits.toolArguments;
			// Claude may name a tool that nobody has offered.
			if (!this.#isPermitted(call.name)) this.#answer(stored, { text: texts.notAllowed, error: "not_allowed" });
			else if (!isReadable) this.#answer(stored, { text: texts.unreadable, error: "bad_input" });
			else if (before + index >= limits.toolCalls) this.#answer(stored, { text: texts.tooMany, error: "too_many" });
			// What people cannot see is not done.
			else if (!this.#show(stored, { status: "running", input: call.input as string, ...(asks && { asks }) }))
				this.#answer(stored, { text: texts.hidden, error: "too_many" });
			else this.#put(stored);
		}
	}

	/** The object died while calls were open. */
	recover(): void {
		for (const call of this.#stored().filter(({ state }) => state === "started")) {
			if (call.asks || call.tries >= mostTries) this.#answer(call, { text: texts.lost, error: "unknown" });
			else this.#put({ ...call, state: "ready" });
		}
	}

	/** Somebody has decided. Says whether a call of this id was waiting. */
	decide(id: string, allow: boolean, by: Person): boolean {
		const call = this.#stored().find((one) => one.id === id && one.state === "waiting");
		if (!call) return false;
		const decidedBy = { userId: by.userId, username: by.username };
		this.#note(allow ? "tool_allowed" : "tool_declined", by.userId, call);
		if (allow) {
			this.#put({ ...call, state: "ready" });
			this.#show(call, { status: "running", decidedBy });
		} else this.#answer(call, { text: texts.declined, error: "declined" }, { decidedBy });
		return true;
	}

	isWaiting(id: string): boolean {
		return this.#stored().some((one) => one.id === id && one.state === "waiting");
	}

	/** Whether a decision about the call is an owner's. */
	isForOwners(id: string): boolean {
		const call = this.#stored().find((one) => one.id === id);
		return call !== undefined && this.#with.toolbox.rulesOf(call.name).owners;
	}

	/** Makes all calls that can be made. Nothing is left to do when it resolves, or everything waits. */
	async carryOut(signal: AbortSignal): Promise<void> {
		const { now } = this.#with;
		for (const call of this.#stored())
			if (call.state === "waiting" && call.dueAt <= now()) {
				this.#note("tool_undecided", claude.userId, call);
				this.#answer(call, { text: texts.undecided, error: "undecided" });
			}
		for (;;) {
			const call = this.#stored().find(({ state }) => state === "ready");
			if (!call || signal.aborted) return;
			if (!this.#isPermitted(call.name)) {
				this.#answer(call, { text: texts.notAllowed, error: "not_allowed" });
				continue;
			}
			if (!call.asks && call.name !== recall.name) this.#note("tool_called", claude.userId, call);
			const started: StoredCall = { ...call, state: "started", tries: call.tries + 1 };
			// Stored before the request: the platform sends it only once this is durable.
			this.#put(started);
			const result = await this.#make(call, signal);
			if (signal.aborted) return;
			this.#answer(started, result, { result: shownOf(call, result) });
		}
	}

	async #make({ name, input = "{}" }: StoredCall, signal: AbortSignal): Promise<CallResult> {
		const { sink, toolbox } = this.#with;
		if (name !== recall.name || !sink.calls) return toolbox.call(name, input, signal);
		const before = sink.calls.latestStart() ?? sink.message.seq;
		const found = sink.calls.recall(input, before);
		// The words are not kept: they may be edited, deleted or erased before Claude reads them.
		return found.error ? found : { text: String(before) };
	}

	/** What goes back to Claude, once all calls are answered. `room`: how long it may be in all. */
	takeResults(room: number): readonly object[] | undefined {
		const calls = this.#stored();
		if (calls.length === 0 || calls.some(({ state }) => state !== "answered")) return undefined;
		const length = Math.max(0, Math.floor(room / calls.length));
		this.#with.sink.calls?.drop();
		return calls.map(({ id, name, result, isError }) =>
			name === recall.name && !isError
				? placeOf(id, Number(result), length)
				: { type: "tool_result", tool_use_id: id, content: result.slice(0, length).toWellFormed(), ...(isError && { is_error: true }) },
		);
	}

	#answer(
		call: StoredCall,
		{ text, error }: CallResult,
		{ decidedBy, result }: { decidedBy?: Person; result?: string | undefined } = {},
	): void {
		this.#put({ ...call, state: "answered", result: text, isError: error !== undefined });
		const more = { ...(decidedBy && { decidedBy }), ...(result !== undefined && { result }) };
		this.#show(call, error ? { status: "failed", error, ...more } : { status: "done", ...more });
	}

	#show({ id, name }: StoredCall, state: Omit<ToolEvent, "type" | "id" | "name" | "isCall">): boolean {
		return this.#with.show({ type: "tool", id, name, isCall: true, ...state });
	}

	#isPermitted(tool: string): boolean {
		return tool === recall.name || this.#servers.includes(this.#with.toolbox.rulesOf(tool).server);
	}

	#note(action: "tool_called" | "tool_allowed" | "tool_declined" | "tool_undecided", actor: string, { name }: StoredCall): void {
		this.#with.sink.calls?.note(action, actor, name, this.#with.now());
	}

	#put(call: StoredCall): void {
		this.#with.sink.calls?.put(call);
	}
}

/**
 * What people see of a result: what the tool said itself, and no more than its beginning. Claude's search of the conversation is left
 * out, because its result would outlast the messages that it shows.
 */
function shownOf({ name }: StoredCall, { text, error }: CallResult): string | undefined {
	if (name === recall.name || (error !== undefined && error !== "bad_input")) return undefined;
	return text.length <= limits.shownResult ? text : `${text.slice(0, limits.shownResult - 1).toWellFormed()}…`;
}
