// The name under which Claude knows a tool of an MCP server: that of the server, two underscores, and its own. Pure.

/** A server's name has no underscore. `server` is empty for other tools. */
export function partsOfToolName(name: string): { server: string; tool: string } {
	const end = name.indexOf("__");
	return end < 0 ? { server: "", tool: name } : { server: name.slice(0, end), tool: name.slice(end + 2) };
}
