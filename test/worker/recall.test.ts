// Claude searches its own conversation for what a small model's prompt leaves out, through the SDK and a scripted Messages API.

import { expect, inject, it } from "vitest";
import { scripted, unlimitedSends, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

// A summary would leave messages out of every model's prompt.
withSettings({ ...scripted, ...unlimitedSends, CLAUDE_CONTEXT_TOKENS: "8192", SUMMARY_AFTER_TOKENS: "off" });

const isReply = ({ message }: { message: { role: string; status: string } }) =>
	message.role === "assistant" && message.status === "complete";

async function answered(client: Client, text: string) {
	client.say(text);
	return (await client.next("chat:message", isReply)).message;
}

it("finds what was said at the beginning, and shows it among the tools", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	await answered(ann, `${id} The xylophone is blue. !{"text":"Fine."}`);
	const long = "lorem ipsum ".repeat(600);
	for (let n = 0; n < 4; n++) await answered(ann, `${long} !{"text":"Fine."}`);
	const script = {
		blocks: [{ text: "I look. " }, { call: "search_conversation", input: { query: "xylophone" } }],
		stop: "tool_use",
		next: { text: "It is blue." },
	};
	const reply = await answered(ann, `${id} Which colour? !${JSON.stringify(script)}`);
	expect(reply).toMatchObject({
		content: "I look. It is blue.",
		tools: [{ name: "search_conversation", input: '{"query":"xylophone"}', status: "done" }],
	});
	expect(reply).not.toHaveProperty("attempts");
	const { requests } = (await (await fetch(`${inject("messagesApi")}/log`)).json()) as { requests: { body: { tools?: object[] } }[] };
	const own = requests.map(({ body }) => body).filter((body) => JSON.stringify(body).includes(`${id} Which colour?`));
	expect(own.map((body) => JSON.stringify(body).includes("The xylophone is blue"))).toEqual([false, true]);
	const seen = await call("GET", `/conversations/${id}/messages/${reply.id}/prompt`, await tokenOf("ann"));
	expect(seen.body).toMatchObject({ tools: ["search_conversation"] });
});
