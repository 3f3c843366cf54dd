// The tools of MCP servers because of which Claude's server refuses requests: they are left out, and nothing else is. What one MCP server
// says about its tools must take neither the tools of others along, nor those of other conversations.

import type { ClientTool } from "../../conversation/ports.ts";
import { sha256 } from "../../protocol/hash.ts";
import { statusOf } from "../failures.ts";

/** Hashes of tools, or of several that were refused together, with the server that refused them. Known while this isolate lives. */
const known = new Set<string>();
const mostKnown = 1_000;
/** After so many, all go: each refusal delays the answer. */
const mostSingly = 3;

/** A request was refused because of tools that are left out by now. */
export class ToolsLeftOut extends Error {}

/** For one reply. */
export class RefusedTools {
	readonly #server: string;
	#leftOut = new Set<string>();
	#singly = 0;

	constructor(server: string) {
		this.#server = server;
	}

	/** Those of these tools that may be sent. */
	async without(offered: readonly ClientTool[]): Promise<ClientTool[]> {
		const sent: ClientTool[] = [];
		for (const tool of offered) if (!this.#leftOut.has(tool.name) && !(isOfMcp(tool) && (await this.#isKnown([tool])))) sent.push(tool);
		return (await this.#isKnown(sent.filter(isOfMcp))) ? sent.filter((tool) => !isOfMcp(tool)) : sent;
	}

	/**
	 * Leaves out what a request was refused for. `names`: all tools of the request, in order. `isSuspected`: the refusal names no tool, and
	 * what else could be the reason was tried. Returns false if no tool is to blame.
	 */
	async leaveOut(error: unknown, names: readonly string[], offered: readonly ClientTool[], isSuspected: boolean): Promise<boolean> {
		if (![400, 422].includes(statusOf(error) ?? 0)) return false;
		const sent = offered.filter((tool) => isOfMcp(tool) && names.includes(tool.name));
		const { message } = error as Error;
		const index = /\btools\.(\d+)\b/.exec(message)?.[1];
		const named = sent.filter(({ name }) => (index === undefined ? isNamed(message, name) : name === names[Number(index)]));
		const isOther = index !== undefined || /web[ _](search|fetch)/i.test(message);
		const blamed = named.length > 0 && this.#singly < mostSingly ? named : named.length > 0 || (isSuspected && !isOther) ? sent : [];
		if (blamed.length === 0) return false;
		this.#singly += 1;
		for (const { name } of blamed) this.#leftOut.add(name);
		if (known.size >= mostKnown) known.clear();
		known.add(await this.#keyOf(blamed));
		console.error("Claude's server refuses tools of MCP servers:", blamed.map(({ name }) => name).join(", "));
		return true;
	}

	async #isKnown(tools: readonly ClientTool[]): Promise<boolean> {
		return known.size > 0 && tools.length > 0 && known.has(await this.#keyOf(tools));
	}

	#keyOf(tools: readonly ClientTool[]): Promise<string> {
		return sha256(`${this.#server} ${JSON.stringify(tools)}`);
	}
}

/** The conversation's own tools are sound. */
const isOfMcp = ({ isQuiet }: ClientTool) => isQuiet !== true;

function isNamed(message: string, name: string): boolean {
	return message.split(/[^a-zA-Z\d_-]+/).includes(name);
}
