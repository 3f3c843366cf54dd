// Notices over real routes and sockets: who joined, left or was removed, and new titles.

import { describe, expect, it } from "vitest";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const noticesOf = async (who: string, id: string, query = "") => as(who, "GET", `/conversations/${id}/notices${query}`);
const people = Object.fromEntries(
	["ann", "bob", "cay"].map((userId) => [userId, { userId, username: `${userId[0]?.toUpperCase()}${userId.slice(1)}` }]),
);

describe("a notice", () => {
	it("reaches everybody who is connected, and whoever asks later, with its place in the log", async () => {
		const id = await newConversation("ann", ["bob", "cay"]);
		const bob = await Client.join("bob", id);
		await as("ann", "PATCH", `/conversations/${id}`, { assistant: "off" });
		bob.say("Hello");
		await bob.next("chat:message");
		await as("ann", "PATCH", `/conversations/${id}`, { title: "Budget" });
		const { notice: title } = await bob.next("chat:notice");
		expect(title).toEqual({
			id: expect.any(Number),
			at: expect.any(String),
			after: 1,
			action: "title_changed",
			actor: people.ann,
			title: "Budget",
		});
		await as("ann", "DELETE", `/conversations/${id}/members/cay`);
		const { notice: removal } = await bob.next("chat:notice");
		expect(removal).toMatchObject({ after: 1, action: "removed", actor: people.ann, subject: people.cay });
		const { body } = await noticesOf("bob", id);
		expect(body.notices).toMatchObject([
			{ after: 0, action: "joined", actor: people.bob },
			{ after: 0, action: "joined", actor: people.cay },
			title,
			removal,
		]);
		expect((await noticesOf("bob", id, "?after=1")).body.notices).toEqual([title, removal]);
		expect((await noticesOf("bob", id, "?before=1")).body.notices).toHaveLength(2);
		expect((await noticesOf("bob", id, "?after=x")).body.error.code).toBe("bad_request");
	});

	it("is for members alone, and for programs that may read", async () => {
		const id = await newConversation("ann", ["bob"]);
		expect((await noticesOf("eve", id)).status).toBe(404);
		const program = async (...scopes: string[]) => {
			const { token } = (await as("bob", "POST", "/me/tokens", { name: "bot", scopes })).body;
			return (await call("GET", `/conversations/${id}/notices`, token.secret)).status;
		};
		expect([await program("read"), await program("write")]).toEqual([200, 403]);
		await as("ann", "DELETE", `/conversations/${id}/members/bob`);
		expect((await noticesOf("bob", id)).status).toBe(404);
	});

	it("of an erased person is gone, for clients that are connected as well", async () => {
		const person = `p${crypto.randomUUID()}`;
		const id = await newConversation("ann", [person, "bob"]);
		const ann = await Client.join("ann", id);
		await as(person, "DELETE", "/me");
		expect(await ann.next("chat:notices-gone")).toMatchObject({ userId: person });
		expect((await noticesOf("ann", id)).body.notices).toMatchObject([{ action: "joined", actor: people.bob }]);
	});
});
