// Claude calls a tool of an MCP server, over real HTTP, and a member allows it.

import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, inject, it } from "vitest";
import { evict } from "../support/evict.ts";
import { expectLog } from "../support/log.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";
import { SocketIoClient } from "../support/socketio.ts";

const server = { name: "docs", url: `${inject("mcpServer")}/mcp`, token: "mcp-token-of-the-tests", readOnly: ["read.page"] };
/** It refuses the token. */
const gone = { name: "gone", url: `${inject("mcpServer")}/mcp`, token: "wrong", asks: "owners" };
withSettings({ ...scripted, MCP_SERVERS: JSON.stringify([server, gone]) });

const calling = (tool: string, n: string, more: object = {}, next: object = {}) => ({
	blocks: [{ thinking: "Hm." }, { text: "Let me see. " }, { call: `docs__${tool}`, input: { n, ...more } }],
	stop: "tool_use",
	next: { text: "Done.", ...next },
});
type ToolPayload = { messageId: string; index: number; tool: { id: string; asks?: boolean } };
const madeWith = async (n: string) =>
	((await (await fetch(`${inject("mcpServer")}/calls`)).json()) as { arguments: { n?: string } }[]).filter((one) => one.arguments.n === n)
		.length;

async function withTools(): Promise<{ ann: Client; id: string }> {
	const id = await newConversation("ann");
	const { status, body } = await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { tools: { mcp: ["docs"] } });
	expect([status, body]).toMatchObject([200, { conversation: { tools: { mcp: ["docs"] } } }]);
	return { ann: await Client.join("ann", id), id };
}

it("a read-only call is made at once", async () => {
	const { ann, id } = await withTools();
	ann.say(`${id} !${JSON.stringify(calling("read_page", id))}`);
	const { message } = await ann.next("chat:message", ({ message }) => message.role === "assistant");
	expect(message).toMatchObject({ content: "Let me see. Done.", status: "complete", tools: [{ name: "docs__read_page", status: "done" }] });
	expect(await madeWith(id)).toBe(1);
});

it.each(["sleeps", "is killed"])("a call waits for a member while the object %s, and is made once", async (what) => {
	const { ann, id } = await withTools();
	ann.say(`${id} !${JSON.stringify(calling("write", id))}`);
	const { messageId, tool } = await ann.next("chat:tool", ({ tool }) => tool.asks === true);
	expect(tool).toMatchObject({ name: "docs__write", input: JSON.stringify({ n: id }), status: "running" });
	let back = ann;
	if (what === "sleeps") await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
	else {
		await abortAllDurableObjects();
		await ann.closed;
		const joined = await Client.join("ann", id);
		back = joined;
		expect(joined.joined.messages[1]).toMatchObject({ status: "streaming", tools: [{ asks: true }] });
	}
	expect(await madeWith(id)).toBe(0);
	back.send({ type: "chat:approve", messageId, toolId: tool.id as string, allow: true });
	const { message } = await back.next("chat:message", ({ message }) => message.role === "assistant" && message.status !== "streaming");
	expect(message).toMatchObject({ content: "Let me see. Done.", tools: [{ status: "done", decidedBy: { userId: "ann" } }] });
	expect(message).not.toHaveProperty("attempts");
	expect(await madeWith(id)).toBe(1);
	back.send({ type: "chat:approve", messageId, toolId: tool.id as string, allow: false });
	expect(await back.next("chat:error")).toMatchObject({ code: "decided" });
});

it("a call that was allowed is made at most once when the object is killed before its result", async () => {
	const { ann, id } = await withTools();
	ann.say(`${id} !${JSON.stringify(calling("write", id, { hang: true }))}`);
	const { messageId, tool } = await ann.next("chat:tool", ({ tool }) => tool.asks === true);
	ann.send({ type: "chat:approve", messageId, toolId: tool.id as string, allow: true });
	await expect.poll(() => madeWith(id)).toBe(1);
	await abortAllDurableObjects();
	await ann.closed;
	const back = await Client.join("ann", id);
	const { message } = await back.next("chat:message", ({ message }) => message.role === "assistant" && message.status !== "streaming");
	expect(message).toMatchObject({
		content: "Let me see. Done.",
		status: "complete",
		tools: [{ status: "failed", error: "unknown", decidedBy: { userId: "ann" } }],
	});
	expect(await madeWith(id)).toBe(1);
});

it("the result of a call reaches Claude once more when the answer after it breaks off", async () => {
	expectLog(/Claude failed: interrupted/);
	const { ann, id } = await withTools();
	const next = { text: "The page says that all is well.", fault: "eof", times: 2 };
	ann.say(`${id} !${JSON.stringify(calling("read_page", id, {}, next))}`);
	const { message } = await ann.next("chat:message", ({ message }) => message.role === "assistant" && message.status !== "streaming");
	expect(message).toMatchObject({
		content: "Let me see. The page says that all is well.",
		status: "complete",
		attempts: [{ reason: "interrupted" }],
	});
	const { requests } = (await (await fetch(`${inject("messagesApi")}/log`)).json()) as { requests: { body: object; status: number }[] };
	const own = requests.map(({ body, status }) => [JSON.stringify(body), status] as const).filter(([body]) => body.includes(id));
	expect(own.map(([body, status]) => [body.includes("tool_result"), status])).toEqual([
		[false, 200],
		[true, 200],
		[true, 200],
	]);
	expect(await madeWith(id)).toBe(1);
});

it("a call is allowed in a literal Socket.IO packet, which is acknowledged with the tool", async () => {
	const { id } = await withTools();
	const ann = await SocketIoClient.join("ann", id);
	ann.emit("chat:send", { conversationId: id, content: `${id} !${JSON.stringify(calling("write", id))}`, role: "user" });
	const { payload } = await ann.next(({ name, payload }) => name === "chat:tool" && (payload as unknown as ToolPayload).tool.asks === true);
	const { messageId, index, tool } = payload as unknown as ToolPayload;
	const approve = (ackId: number, toolId: string) =>
		ann.send(
			`42${ackId}["chat:approve",{"conversationId":"${id}","messageId":"${messageId}","toolId":${JSON.stringify(toolId)},"allow":true}]`,
		);
	approve(1, "another");
	expect(await ann.acknowledged(1)).toMatchObject({ code: "not_found" });
	approve(2, tool.id);
	const { asks: _, ...allowed } = tool;
	const decidedBy = { userId: "ann", username: expect.any(String) };
	expect(await ann.acknowledged(2)).toEqual({ conversationId: id, messageId, index, tool: { ...allowed, decidedBy } });
	approve(3, tool.id);
	expect(await ann.acknowledged(3)).toMatchObject({ code: "decided" });
	ann.close();
});

it.each([[["read"]], [["read", "write"]], [["read", "write", "manage"]]])("a program that may %j cannot allow a call", async (scopes) => {
	const { ann, id } = await withTools();
	const made = await call("POST", "/me/tokens", await tokenOf("ann"), { name: "bot", scopes });
	const bot = await Client.openBy(made.body.token.secret, id);
	await bot.next("chat:joined");
	ann.say(`${id} !${JSON.stringify(calling("write", id))}`);
	const { messageId, tool } = await bot.next("chat:tool", ({ tool }) => tool.asks === true);
	bot.send({ type: "chat:approve", messageId, toolId: tool.id as string, allow: true });
	expect(await bot.next("chat:error")).toMatchObject({ code: "forbidden" });
	expect(await madeWith(id)).toBe(0);
});

it("lists the servers with their tools, and which of them ask", async () => {
	expectLog(/An MCP server failed: gone unauthorized/);
	const { status, body } = await call("GET", "/mcp-servers", await tokenOf("ann"));
	expect([status, body.servers.map(({ name, asks }: { name: string; asks: string }) => [name, asks])]).toEqual([
		200,
		[
			["docs", "members"],
			["gone", "owners"],
		],
	]);
	const [docs, gone] = body.servers;
	expect(docs.tools).toEqual(
		expect.arrayContaining([
			{ name: "read_page", description: "Reads a page.", readOnly: true },
			{ name: "write", description: "Writes a page.", readOnly: false },
		]),
	);
	expect(gone).not.toHaveProperty("tools");
});

it("only servers of the deployment can be turned on", async () => {
	const id = await newConversation("ann");
	expect(await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { tools: { mcp: ["other"] } })).toMatchObject({ status: 400 });
	expect((await call("GET", "/models", await tokenOf("ann"))).body).toMatchObject({
		mcp: [{ name: "docs", asks: "members" }, { name: "gone" }],
	});
});
