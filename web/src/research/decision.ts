// Calls of MCP servers' tools, and who may allow them as far as the page can tell. The server decides. Pure.

import type { Tool } from "../../../src/protocol/sources.ts";
import { partsOfToolName } from "../../../src/protocol/text/tool-name.ts";
import type { Actor } from "../people/permissions.ts";

/** A tool of an MCP server that Parley calls, and people may have to allow. Claude's search of the conversation is a lookup. */
export function isCall({ id, name }: Tool): boolean {
	return id !== undefined && partsOfToolName(name).server !== "";
}

/** Nobody allowed it: nothing has failed. */
export function isDeclined({ error }: Tool): boolean {
	return error === "declined" || error === "undecided";
}

/** Whether the person may allow or decline a call of a tool. `who`: whom its server lets decide. `mayAsk`: the deployment lets the person ask Claude. */
export function mayDecide({ role, asks = "members" }: Actor, who: "members" | "owners", mayAsk: boolean): boolean {
	if (!mayAsk) return false;
	return role === "owner" || (role === "member" && asks === "members" && who === "members");
}
