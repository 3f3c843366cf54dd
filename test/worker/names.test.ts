// A guest who changes their name, in all their conversations, connected or not.

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { evict } from "../support/evict.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const rename = async (who: string, name: unknown) => call("PATCH", "/me", await tokenOf(who), { name });
const namesIn = async (id: string) =>
	(await call("GET", `/conversations/${id}/members`, await tokenOf("ann"))).body.members.map(
		({ username }: { username: string }) => username,
	);

describe("a new name", () => {
	it("is sent at once where the guest is connected, is stored where not, and is on their next messages", async () => {
		const id = await newConversation("ann", ["guest-bo"]);
		const elsewhere = await newConversation("ann", ["guest-bo"]);
		const ann = await Client.join("ann", id);
		const bo = await Client.join("guest-bo", id);
		bo.say("Before");
		await ann.next("chat:message");
		const { status, body } = await rename("guest-bo", "  Beau ");
		expect([status, body.user]).toEqual([200, { id: "guest-bo", name: "Beau" }]);
		expect((await call("GET", "/me", body.token)).body.user.name).toBe("Beau");
		expect(await ann.next("chat:member")).toMatchObject({ member: { userId: "guest-bo", username: "Beau", role: "member" } });
		expect(await namesIn(elsewhere)).toContain("Beau");

		// The socket keeps the name over a sleep.
		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		bo.send({ type: "chat:typing", isTyping: true });
		expect(await ann.next("chat:user-typing")).toMatchObject({ username: "Beau" });
		bo.say("After");
		await ann.next("chat:message", ({ message }) => message.content === "After");
		const said = ann.all("chat:message").map(({ message }) => [message.content, message.author.username]);
		expect(said).toEqual([
			["Before", "Guest-bo"],
			["After", "Beau"],
		]);
	});

	it("stays when the guest comes with an older token", async () => {
		const { token, user } = (await call("POST", "/auth/guest", undefined, { name: "Old" })).body;
		const id = await newConversation("ann");
		const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), {})).body;
		await call("POST", "/invites/accept", token, { token: invite.token });
		await call("PATCH", "/me", token, { name: "New" });
		const { message } = (await call("POST", `/conversations/${id}/messages`, token, { content: "By an older token" })).body;
		expect(message.author).toEqual({ userId: user.id, username: "New" });
		expect((await call("GET", "/me", token)).body.user.name).toBe("New");
		expect(await namesIn(id)).toContain("New");
	});

	it("of an issuer's person stays when they come with a token from before it", async () => {
		const dan = `p-${crypto.randomUUID()}`;
		const at = Math.floor(Date.now() / 1000);
		const id = await newConversation("ann");
		const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), {})).body;
		const come = async (name: string, iat: number) => {
			const token = await tokenOf(dan, { name, iat });
			await call("POST", "/invites/accept", token, { token: invite.token });
			return (await call("POST", `/conversations/${id}/messages`, token, { content: "x" })).body.message.author.username;
		};
		expect([await come("First", at - 50), await come("Older", at - 60), await come("New", at - 40), await come("First", at - 50)]).toEqual([
			"First",
			"First",
			"New",
			"New",
		]);
	});

	it.each([
		["a person who is not a guest", "ann", "Anna", 403],
		["a name of Claude's", "guest-x", "C laude", 400],
		["an empty name", "guest-x", " ", 400],
		["a name that is no text", "guest-x", 7, 400],
	])("is refused for %s", async (_what, who, name, status) => {
		expect((await rename(who, name)).status).toBe(status);
	});
});
