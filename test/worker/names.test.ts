// A guest who is called otherwise from now on: wherever they are a member, connected or not.

import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const rename = async (who: string, name: unknown) => call("PATCH", "/me", await tokenOf(who), { name });
const namesIn = async (id: string) =>
	(await call("GET", `/conversations/${id}/members`, await tokenOf("ann"))).body.members.map(
		({ username }: { username: string }) => username,
	);

describe("another name", () => {
	it("is told at once where its guest is connected, stands where they are not, and what they say has it", async () => {
		const id = await newConversation("ann", ["guest-bo"]);
		const elsewhere = await newConversation("ann", ["guest-bo"]);
		const ann = await Client.join("ann", id);
		const bo = await Client.join("guest-bo", id);
		bo.say("Before");
		const { status, body, headers } = await rename("guest-bo", "  Beau ");
		expect([status, body.user]).toEqual([200, { id: "guest-bo", name: "Beau" }]);
		expect(headers.get("set-cookie")).toMatch(/^parley_session=.+HttpOnly/);
		expect((await call("GET", "/me", body.token)).body.user.name).toBe("Beau");
		expect(await ann.next("chat:member")).toMatchObject({ member: { userId: "guest-bo", username: "Beau", role: "member" } });
		expect(await namesIn(elsewhere)).toContain("Beau");

		// Its socket outlives a sleep under that name.
		await evictDurableObject(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
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

	it.each([
		["nobody but a guest", "ann", "Anna", 403],
		["none that is Claude's", "guest-x", "C laude", 400],
		["none that is empty", "guest-x", " ", 400],
		["none that is no text", "guest-x", 7, 400],
	])("is given to %s", async (_what, who, name, status) => {
		expect((await rename(who, name)).status).toBe(status);
	});
});
