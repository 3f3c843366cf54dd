// Files over HTTP: upload, download, what a message does with them, and what is refused.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openDownloads } from "../../src/files/downloads.ts";
import { encodeFileFrame } from "../../src/protocol/files/frame.ts";
import { downloads } from "../../src/protocol/files/limits.ts";
import { codeOf, download, noise, png, sha256Of, upload } from "../support/files.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

const person = () => `p${crypto.randomUUID()}`;
const stored = (id: string) =>
	runInDurableObject(env.CONVERSATION_FILES.getByName(id), (_object, { storage: { sql } }) =>
		sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'files'").toArray().length === 0
			? []
			: sql
					.exec<{ id: string }>("SELECT id FROM files")
					.toArray()
					.map((row) => row.id),
	);

describe("a file", () => {
	it("goes up and comes down byte for byte, harmless, kept by its ETag and in ranges", async () => {
		const [ann, ben] = [person(), person()];
		const id = await newConversation(ann, [ben]);
		const bytes = noise(1_500_000);
		const { status, file } = await upload(ann, id, bytes, { name: '../notes/Grüße "x".bin' });
		expect([status, file]).toEqual([
			201,
			{
				id: expect.stringMatching(/^[\w-]{22}$/),
				name: 'Grüße "x".bin',
				type: "application/octet-stream",
				size: 1_500_000,
				sha256: await sha256Of(bytes),
			},
		]);
		// Nobody else sees it before it is sent.
		expect((await download(ben, id, file.id)).status).toBe(404);
		const said = await call("POST", `/conversations/${id}/messages`, await tokenOf(ann), { content: "", files: [file.id] });
		expect([said.status, said.body.message]).toEqual([201, expect.objectContaining({ content: "", files: [file] })]);

		const whole = await download(ben, id, file.id);
		expect([whole.status, whole.bytes.length, whole.bytes.every((byte, at) => byte === bytes[at])]).toEqual([200, 1_500_000, true]);
		expect(Object.fromEntries(whole.headers)).toMatchObject({
			"content-type": "application/octet-stream",
			"content-length": "1500000",
			"content-disposition": `attachment; filename="Gr__e _x_.bin"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%22x%22.bin`,
			"content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
			"x-content-type-options": "nosniff",
			"cross-origin-resource-policy": "same-origin",
			"cache-control": "private, no-cache",
			"accept-ranges": "bytes",
		});
		const etag = whole.headers.get("etag") as string;
		const known = await download(ben, id, file.id, { "if-none-match": etag });
		expect([known.status, known.bytes.length]).toEqual([304, 0]);
		const part = await download(ben, id, file.id, { range: "bytes=999990-1000009" });
		expect([part.status, part.headers.get("content-range"), part.bytes]).toEqual([
			206,
			"bytes 999990-1000009/1500000",
			bytes.slice(999_990, 1_000_010),
		]);
		const beyond = await download(ben, id, file.id, { range: "bytes=1500000-" });
		expect([beyond.status, beyond.headers.get("content-range"), codeOf(beyond.bytes)]).toEqual([416, "bytes */1500000", "bad_range"]);
		const { messages } = (await call("GET", `/conversations/${id}/messages`, await tokenOf(ben))).body;
		expect(messages).toEqual([expect.objectContaining({ files: [file] })]);
	});

	it("is shown only if it is a picture or a recording by its content", async () => {
		const ann = person();
		const id = await newConversation(ann);
		const dispositionOf = async (bytes: Uint8Array<ArrayBuffer> | string, name: string, type: string) => {
			const { file } = await upload(ann, id, bytes, { name, type });
			const { headers } = await download(ann, id, file.id);
			return [file.type, headers.get("content-type"), headers.get("content-disposition")?.split(";")[0]];
		};
		expect(await dispositionOf(png(), "a.html", "text/html")).toEqual(["image/png", "image/png", "inline"]);
		const plain = ["text/plain", "text/plain; charset=utf-8", "attachment"];
		expect(await dispositionOf("<script>alert(1)</script>", "a.html", "text/html")).toEqual(plain);
		expect(await dispositionOf("<svg onload='alert(1)'/>", "a.svg", "image/svg+xml")).toEqual(plain);
		expect(await dispositionOf("%PDF-1.7", "a.pdf", "application/pdf")).toEqual(["application/pdf", "application/pdf", "attachment"]);
	});

	it("has a thumbnail if its sender adds one, or if it is a small picture", async () => {
		const ann = person();
		const id = await newConversation(ann);
		const large = new Uint8Array(200_000);
		large.set(png(3_000, 2_000));
		const { file } = await upload(ann, id, large, {
			name: "a.png",
			type: "image/png",
			query: "&thumbhash=1QcSHQRnh493V4dIh4eXh1h4kJUI&alt=A%20harbour",
		});
		expect(file).toMatchObject({ width: 3_000, height: 2_000, thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI", alt: "A harbour" });
		const none = await download(ann, id, file.id, {}, "?size=thumbnail");
		expect([none.status, JSON.parse(new TextDecoder().decode(none.bytes)).error.message]).toEqual([
			404,
			"This file has no thumbnail. Get the file itself.",
		]);
		const put = async (fileId: string, body: Uint8Array<ArrayBuffer> | string) => {
			const response = await exports.default.fetch(`${origin}/api/conversations/${id}/files/${fileId}/thumbnail`, {
				method: "PUT",
				headers: { authorization: `Bearer ${await tokenOf(ann)}` },
				body,
			});
			return [response.status, await response.json()] as const;
		};
		expect((await put(file.id, "<svg/>"))[0]).toBe(415);
		// A call that broke off before the conversation knew of it.
		await env.CONVERSATION_FILES.getByName(id).addThumbnail(file.id, new Response(png(20, 20)).body as ReadableStream<Uint8Array>);
		expect(await put(file.id, png(300, 200))).toEqual([200, { file: { ...file, hasThumbnail: true } }]);
		expect((await put(file.id, png()))[1]).toMatchObject({ error: { code: "file_taken" } });
		const thumbnail = await download(ann, id, file.id, {}, "?size=thumbnail");
		expect([thumbnail.status, thumbnail.headers.get("content-type"), thumbnail.bytes]).toEqual([200, "image/png", png(300, 200)]);
		const { file: small } = await upload(ann, id, png(), { name: "b.png" });
		expect((await download(ann, id, small.id, {}, "?size=thumbnail")).bytes).toEqual(png());
		await call("POST", `/conversations/${id}/messages`, await tokenOf(ann), { content: "", files: [{ id: small.id, alt: "A dot" }] });
		expect((await put(small.id, png()))[1]).toMatchObject({ error: { code: "file_taken" } });
		const { file: third } = await upload(ann, id, png(), { name: "c.png" });
		await env.LEDGER.getByName(`person ${ann}`).addUploaded(500 * 1024 * 1024, Number.MAX_SAFE_INTEGER);
		expect((await put(third.id, png()))[1]).toMatchObject({ error: { code: "rate_limited" } });
	});

	it("is refused to whoever has too many downloads open, and counts until its reader has it or is gone", async () => {
		const [ann, ben] = [person(), person()];
		const id = await newConversation(ann, [ben]);
		const { file } = await upload(ann, id, noise(1_500_000));
		await call("POST", `/conversations/${id}/messages`, await tokenOf(ann), { content: "", files: [file.id] });
		const unread = () => ({ next: () => new Promise<undefined>(() => {}), cancel: () => {} });
		const opened = await Promise.all(Array.from({ length: downloads.person }, () => openDownloads.open({ by: ann }, unread)));
		const refused = await download(ann, id, file.id);
		expect([refused.status, refused.headers.get("retry-after"), codeOf(refused.bytes)]).toEqual([429, "1", "rate_limited"]);
		expect((await download(ben, id, file.id)).bytes.length).toBe(1_500_000);
		for (const one of opened) if (!("code" in one)) await one.cancel();
		expect((await download(ann, id, file.id)).bytes.length).toBe(1_500_000);
		await expect.poll(() => openDownloads.size).toBe(0);
		const headers = { authorization: `Bearer ${await tokenOf(ann)}` };
		const { body } = await exports.default.fetch(`${origin}/api/conversations/${id}/files/${file.id}`, { headers });
		expect(openDownloads.size).toBe(1);
		await body?.cancel();
		await expect.poll(() => openDownloads.size).toBe(0);
	});

	it("that no message names is deleted after a day, and then no message can name it", async () => {
		const ann = person();
		const id = await newConversation(ann);
		const [lost, sent] = [(await upload(ann, id, png())).file, (await upload(ann, id, png())).file];
		await call("POST", `/conversations/${id}/messages`, await tokenOf(ann), { content: "", files: [sent.id] });
		await runInDurableObject(env.CONVERSATION_FILES.getByName(id), (_object, { storage: { sql } }) => {
			sql.exec("UPDATE files SET added_at = 0");
		});
		await runDurableObjectAlarm(env.CONVERSATION_FILES.getByName(id));
		expect(await stored(id)).toEqual([sent.id]);
		const late = await call("POST", `/conversations/${id}/messages`, await tokenOf(ann), { content: "", files: [lost.id] });
		expect([late.status, late.body.error.code]).toEqual([404, "not_found"]);
		expect((await download(ann, id, sent.id)).status).toBe(200);
	});

	it("that was not sent can be deleted by whoever uploaded it", async () => {
		const [ann, ben] = [person(), person()];
		const id = await newConversation(ann, [ben]);
		const { file } = await upload(ann, id, png());
		const remove = async (who: string) => (await call("DELETE", `/conversations/${id}/files/${file.id}`, await tokenOf(who))).status;
		expect([await remove(ben), await remove(ann), await remove(ann)]).toEqual([404, 204, 404]);
		expect(await stored(id)).toEqual([]);
	});
});

describe("files that no message names", () => {
	it("are 50 for a person in a conversation; a frame is refused as well", async () => {
		const [ann, ben] = [person(), person()];
		const id = await newConversation(ann, [ben]);
		const { file } = await upload(ben, id, "x");
		await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage: { sql } }) => {
			for (let n = 1; n < 50; n++)
				sql.exec("INSERT INTO files (id, user_id, added_at, file) SELECT id || ?, user_id, 0, file FROM files WHERE id = ?", n, file.id);
		});
		expect(await upload(ben, id, "x")).toMatchObject({ status: 507, code: "storage_full" });
		const client = await Client.join(ben, id);
		client.raw(encodeFileFrame({ type: "chat:file", conversationId: id, clientId: "f" }, png()).buffer);
		expect(await client.next("chat:error")).toMatchObject({ code: "storage_full", clientId: "f" });
		expect((await upload(ann, id, "x")).status).toBe(201);
		await call("POST", `/conversations/${id}/messages`, await tokenOf(ben), { content: "", files: [file.id] });
		expect((await upload(ben, id, "x")).status).toBe(201);
	});

	it("are deleted when their uploader leaves, is removed or is erased", async () => {
		const [ann, ben, cleo, dan] = [person(), person(), person(), person()];
		const id = await newConversation(ann, [ben, cleo, dan]);
		const kept = await upload(ann, id, png());
		for (const who of [ben, cleo, dan]) expect((await upload(who, id, png())).status).toBe(201);
		expect((await call("DELETE", `/conversations/${id}/members/${ben}`, await tokenOf(ben))).status).toBeLessThan(300);
		expect((await call("DELETE", `/conversations/${id}/members/${cleo}`, await tokenOf(ann))).status).toBeLessThan(300);
		expect((await call("DELETE", "/me", await tokenOf(dan))).status).toBeLessThan(300);
		await expect.poll(() => stored(id)).toEqual([kept.file.id]);
	});
});

describe("an upload is refused, and leaves nothing,", () => {
	it.each([
		["if it is empty", "", {}, 400, "empty_file"],
		["if it is a page that calls itself a picture", "<html>", { type: "image/png" }, 415, "unsupported_type"],
		["if it is a form", "--x--", { type: "multipart/form-data; boundary=x" }, 415, "unsupported_type"],
		["with a name of 10,000 characters", "x", { name: "x".repeat(10_000) }, 400, "bad_file_name"],
		["with a name of dots", "x", { name: "/etc/.." }, 400, "bad_file_name"],
		["with a waveform of another form", "x", { query: "&waveform=1,2,3" }, 400, "bad_request"],
	])("%s", async (_when, body, options, status, code) => {
		const ann = person();
		const id = await newConversation(ann);
		const answer = await upload(ann, id, body, options);
		expect([answer.status, answer.code, answer.file]).toEqual([status, code, undefined]);
		expect(await stored(id)).toEqual([]);
	});

	it("if it is larger than 25 MB, before its bytes are read where its length is known", async () => {
		const ann = person();
		const id = await newConversation(ann);
		const answer = await upload(ann, id, new Uint8Array(25 * 1024 * 1024 + 1));
		expect([answer.status, answer.code, answer.message]).toEqual([
			413,
			"too_large",
			"That file is too large. A file may have up to 25 MB.",
		]);
		expect(await stored(id)).toEqual([]);
	});

	it("by a stranger with 404, and by a reader and by a program that may only read with 403", async () => {
		const [ann, ben] = [person(), person()];
		const id = await newConversation(ann);
		const token = await tokenOf(ann);
		const { invite } = (await call("POST", `/conversations/${id}/invites`, token, { role: "reader" })).body;
		await call("POST", `/invites/${encodeURIComponent(invite.token)}/accept`, await tokenOf(ben));
		expect((await upload(person(), id, "x", { name: "/" })).status).toBe(404);
		expect((await upload(ben, id, "x")).status).toBe(403);
		const { secret } = (await call("POST", "/me/tokens", token, { name: "bot", scopes: ["read"] })).body.token;
		const response = await call("POST", `/conversations/${id}/files`, secret, "x");
		expect([response.status, response.body.error.code]).toEqual([403, "forbidden"]);
		const { file } = await upload(ann, id, "x");
		expect((await download(person(), id, file.id)).status).toBe(404);
		expect((await download(ann, await newConversation(ann), file.id)).status).toBe(404);
		expect(await stored(id)).toEqual([file.id]);
	});

	it("of a person who has uploaded as much as one day allows; the smallest file is a 200th of it for a guest", async () => {
		const guest = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
		const { id } = (await call("POST", "/conversations", guest.token, {})).body.conversation;
		await env.LEDGER.getByName(`person ${guest.user.id}`).addUploaded((100 * 1024 * 1024 * 199) / 200, Number.MAX_SAFE_INTEGER);
		const send = (body: string) =>
			exports.default.fetch(`${origin}/api/conversations/${id}/files`, {
				method: "POST",
				headers: { authorization: `Bearer ${guest.token}` },
				body,
			});
		expect((await send("12345")).status).toBe(201);
		const refused = await send("1");
		expect([
			refused.status,
			refused.headers.has("retry-after"),
			((await refused.json()) as { error: { message: string } }).error.message,
		]).toEqual([429, true, "You have sent as many files as one day allows. You can go on after midnight UTC."]);
	});
});

describe("a message", () => {
	it("with files reaches everybody, is found by their names, and takes them along when it is deleted", async () => {
		const [ann, ben] = [person(), person()];
		const id = await newConversation(ann, [ben]);
		await call("PATCH", `/conversations/${id}`, await tokenOf(ann), { assistant: "off" });
		const picture = (await upload(ann, id, png(), { name: "Harbour at dusk.png", type: "image/png" })).file;
		const text = (await upload(ann, id, "Plans", { name: "plans.txt", type: "text/plain" })).file;
		const [client, other] = [await Client.join(ann, id), await Client.join(ben, id)];
		client.send({ type: "chat:send", role: "user", clientId: "c1", files: [text.id, { id: picture.id, alt: "Boats" }] });
		const { message } = await client.next("chat:message");
		expect(message).toMatchObject({ content: "", files: [text, { ...picture, alt: "Boats" }] });
		expect((await other.next("chat:message")).message).toEqual(message);
		// A resend is the same message, although its files are taken.
		client.send({ type: "chat:send", role: "user", clientId: "c1", files: [text.id, picture.id] });
		expect((await client.next("chat:message")).message).toEqual(message);

		const found = (await call("GET", `/conversations/${id}/search?q=harbour`, await tokenOf(ben))).body.results;
		expect(found).toMatchObject([{ message: { id: message.id }, snippet: expect.stringContaining("Harbour") }]);
		const list = (await call("GET", `/conversations/${id}/files`, await tokenOf(ben))).body;
		expect(list).toEqual({
			files: expect.arrayContaining([
				{ ...text, seq: 1 },
				{ ...picture, alt: "Boats", seq: 1 },
			]),
			hasMore: false,
			maxBytes: expect.any(Number),
		});
		const listedFiles = async () => (await call("GET", "/conversations", await tokenOf(ben))).body.conversations[0].lastMessage?.files;
		other.close();
		await expect.poll(listedFiles).toEqual([
			{ name: "plans.txt", type: "text/plain" },
			{ name: "Harbour at dusk.png", type: "image/png" },
		]);
		expect((await call("GET", `/conversations/${id}/files?after=1`, await tokenOf(ben))).body.files).toEqual([]);

		client.send({ type: "chat:delete", messageId: message.id });
		expect((await client.next("chat:updated")).message).not.toHaveProperty("files");
		await expect.poll(() => stored(id)).toEqual([]);
		expect((await download(ann, id, picture.id)).status).toBe(404);
		expect((await call("GET", `/conversations/${id}/search?q=harbour`, await tokenOf(ben))).body.results).toEqual([]);
	});

	it("keeps its files in a fork, also after the original is deleted, whose own bytes go", async () => {
		const ann = person();
		const id = await newConversation(ann);
		await call("PATCH", `/conversations/${id}`, await tokenOf(ann), { assistant: "off" });
		const { file } = await upload(ann, id, noise(1_200_000), { name: "plans.zip" });
		await call("POST", `/conversations/${id}/messages`, await tokenOf(ann), { content: "", files: [file.id] });
		const forked = await call("POST", `/conversations/${id}/fork`, await tokenOf(ann), { upTo: 1 });
		expect(forked.status).toBe(201);
		const copy = forked.body.conversation.id;
		expect((await call("DELETE", `/conversations/${id}`, await tokenOf(ann))).status).toBe(204);
		await expect.poll(() => stored(id)).toEqual([]);
		expect((await download(ann, id, file.id)).status).toBe(404);
		const { messages } = (await call("GET", `/conversations/${copy}/messages`, await tokenOf(ann))).body;
		expect(messages[0].files).toEqual([file]);
		expect(await sha256Of((await download(ann, copy, file.id)).bytes)).toBe(file.sha256);
		// The object asks the fork, not the original, which of its files are named.
		await runInDurableObject(env.CONVERSATION_FILES.getByName(copy), (_object, { storage: { sql } }) => {
			sql.exec("UPDATE files SET added_at = 0");
		});
		await runDurableObjectAlarm(env.CONVERSATION_FILES.getByName(copy));
		expect(await stored(copy)).toEqual([file.id]);
	});

	it("of an erased person leaves no bytes", async () => {
		const [ann, ben] = [person(), person()];
		const id = await newConversation(ann, [ben]);
		await call("PATCH", `/conversations/${id}`, await tokenOf(ann), { assistant: "off" });
		const { file } = await upload(ben, id, png());
		await call("POST", `/conversations/${id}/messages`, await tokenOf(ben), { content: "", files: [file.id] });
		expect((await call("DELETE", "/me", await tokenOf(ben))).status).toBeLessThan(300);
		await expect.poll(() => stored(id)).toEqual([]);
		const { messages } = (await call("GET", `/conversations/${id}/messages`, await tokenOf(ann))).body;
		expect(messages[0]).not.toHaveProperty("files");
	});

	it("is refused with another conversation's file, another person's, one that is sent already, one twice, eleven, and with nothing", async () => {
		const [ann, ben] = [person(), person()];
		const [id, other] = [await newConversation(ann, [ben]), await newConversation(ann)];
		const own = (await upload(ann, id, "1")).file.id;
		const foreign = (await upload(ann, other, "2")).file.id;
		const bens = (await upload(ben, id, "3")).file.id;
		const client = await Client.join(ann, id);
		const refusal = async (files: unknown) => {
			client.send({ type: "chat:send", role: "user", content: " ", clientId: crypto.randomUUID(), files });
			const { code, clientId } = await client.next("chat:error");
			expect(clientId).toBeDefined();
			return code;
		};
		expect(await refusal([foreign])).toBe("not_found");
		expect(await refusal([bens])).toBe("not_found");
		expect(await refusal([own, own])).toBe("file_taken");
		expect(await refusal(Array.from({ length: 11 }, () => own))).toBe("bad_event");
		expect(await refusal([])).toBe("bad_event");
		expect(client.all("chat:message")).toEqual([]);
		client.send({ type: "chat:send", role: "user", files: [own] });
		await client.next("chat:message");
		expect(await refusal([own])).toBe("file_taken");
	});
});
