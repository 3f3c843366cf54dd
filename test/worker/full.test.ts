// Messages and files where an object's storage has no room left.

import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { download, noise, png, upload } from "../support/files.ts";
import { fillUp } from "../support/full.ts";
import { expectLog } from "../support/log.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

/** Fills the storage of an object, `after` so many further rows. Returns what makes room again. */
const fill = (stub: DurableObjectStub<undefined>, after = 0) =>
	runInDurableObject(stub, (_object, { storage: { sql } }) => fillUp(sql, { after }));

const bytesIn = (id: string) =>
	runInDurableObject(
		env.CONVERSATION_FILES.getByName(id),
		(_object, { storage: { sql } }) => sql.exec("SELECT key FROM parts").toArray().length,
	);

it("an upload is refused whole, in its first or a later row, and files are read and deleted as before", async () => {
	const id = await newConversation("ann");
	expectLog(/The storage is full/);
	const kept = await upload("ann", id, png(), { type: "image/png" });
	for (const rows of [0, 1, 3]) {
		const empty = await fill(env.CONVERSATION_FILES.getByName(id), rows);
		expect(await upload("ann", id, noise(3_500_000))).toMatchObject({ status: 507, code: "storage_full" });
		expect(await bytesIn(id)).toBe(1);
		empty();
	}
	const empty = await fill(env.CONVERSATION_FILES.getByName(id));
	const headers = { authorization: `Bearer ${await tokenOf("ann")}`, "content-type": "image/png" };
	const path = `${origin}/api/conversations/${id}/files/${kept.file.id}`;
	const thumbnail = await exports.default.fetch(`${path}/thumbnail`, { method: "PUT", headers, body: png() });
	expect(thumbnail.status).toBe(507);
	expect((await download("ann", id, kept.file.id)).status).toBe(200);
	expect((await exports.default.fetch(path, { method: "DELETE", headers })).status).toBe(204);
	empty();
	const next = await upload("ann", id, png(), { type: "image/png" });
	expect(next.status).toBe(201);
	// The bytes of a thumbnail have room, and what is known about it has none.
	const emptyAgain = await fill(env.CONVERSATION_FILES.getByName(id), 1);
	const put = { method: "PUT", headers, body: png() };
	expect((await exports.default.fetch(path.replace(kept.file.id, `${next.file.id}/thumbnail`), put)).status).toBe(507);
	expect(await bytesIn(id)).toBe(1);
	emptyAgain();
});

it("a message is refused with a sentence of its own, what is there is read, and the next one comes once there is room", async () => {
	const id = await newConversation("ann");
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { assistant: "off", title: "Full" });
	const ann = await Client.join("ann", id);
	ann.say("Before");
	await ann.next("chat:message");
	const empty = await fill(env.CONVERSATIONS.getByName(id));
	expectLog(/The storage is full/);
	// Each message of a frame is refused by its own id.
	const while1 = { type: "chat:send", conversationId: id, role: "user", content: "While", clientId: "while-1" };
	ann.raw(JSON.stringify([while1, { ...while1, clientId: "while-2" }]));
	for (const clientId of ["while-1", "while-2"])
		expect(await ann.next("chat:error")).toMatchObject({ code: "storage_full", clientId, error: expect.stringContaining("is full") });
	const over = await call("POST", `/conversations/${id}/messages`, await tokenOf("ann"), { content: "By HTTP", clientId: "while-3" });
	expect(over).toMatchObject({ status: 507, body: { error: { code: "storage_full", message: expect.stringContaining("is full") } } });
	expectLog(/A request failed/);
	const titled = await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { title: "No room" });
	expect(titled).toMatchObject({ status: 507, body: { error: { code: "storage_full" } } });
	const { body } = await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"));
	expect(body.messages.map(({ content }: { content: string }) => content)).toEqual(["Before"]);
	empty();
	ann.send({ type: "chat:send", conversationId: id, role: "user", content: "After", clientId: "after-1" });
	expect((await ann.next("chat:message", ({ message }) => message.role === "user")).message).toMatchObject({ content: "After", seq: 2 });
});
