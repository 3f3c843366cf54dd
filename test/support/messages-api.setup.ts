// Starts the scripted Messages API for the tests inside the Workers runtime, which cannot start a server themselves.

import type { TestProject } from "vitest/node";
import { startMcpServer } from "./mcp-server.ts";
import { startMessagesApi } from "./messages-api.ts";
import "./provided.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const { url, close } = await startMessagesApi();
	project.provide("messagesApi", url);
	const mcp = await startMcpServer();
	project.provide("mcpServer", mcp.url);
	project.provide("schedules", process.env.SCHEDULES ?? "10");
	project.provide("faults", process.env.FAULTS ?? "some");
	return async () => {
		await Promise.all([close(), mcp.close()]);
	};
}
