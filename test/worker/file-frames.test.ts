// Files over the native socket, as binary frames, and over Socket.IO, as binary attachments in literal packets.

import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Backend } from "../../src/gateway/backend.ts";
import { Connection } from "../../src/gateway/socketio/connection.ts";
import { heldBytes } from "../../src/platform/held-bytes.ts";
import { encodeFileFrame } from "../../src/protocol/files/frame.ts";
import * as fileLimits from "../../src/protocol/files/limits.ts";
import { readSettings, type Settings } from "../../src/settings.ts";
import { download, noise, png, sha256Of } from "../support/files.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";
import { openPolling, SocketIoClient, url } from "../support/socketio.ts";

const person = () => `p${crypto.randomUUID()}`;
/** Posts 8 MiB; `mebibytes`: how many were read. */
async function postWithoutLength(address: string): Promise<{ status: number; mebibytes: number }> {
	const piece = new TextEncoder().encode("A".repeat(128 * 1024));
	let pieces = 0;
	const body = new ReadableStream<Uint8Array>(
		{
			pull(controller) {
				controller.enqueue(piece);
				if (++pieces === 64) controller.close();
			},
		},
		{ highWaterMark: 0 },
	);
	const { status } = await exports.default.fetch(address, { method: "POST", body, duplex: "half" } as RequestInit);
	return { status, mebibytes: pieces / 8 };
}
const frameOf = (header: object, bytes: Uint8Array) => encodeFileFrame({ type: "chat:file", ...header }, bytes).buffer;

afterEach(() => void vi.useRealTimers());

describe("a binary frame of a native socket", () => {
	it("is a file, which a message can then name", async () => {
		const ann = person();
		const id = await newConversation(ann);
		const client = await Client.join(ann, id);
		const bytes = noise(2_500_000);
		client.raw(frameOf({ conversationId: id, clientId: "f1", name: "a.bin", contentType: "application/zip" }, bytes));
		const { clientId, file } = await client.next("chat:file");
		expect([clientId, file]).toEqual([
			"f1",
			{ id: file.id, name: "a.bin", type: "application/octet-stream", size: 2_500_000, sha256: await sha256Of(bytes) },
		]);
		client.send({ type: "chat:send", role: "user", content: "", files: [file.id] });
		expect((await client.next("chat:message")).message.files).toEqual([file]);
		expect(await sha256Of((await download(ann, id, file.id)).bytes)).toBe(file.sha256);
	});

	it("is refused with its clientId, and a frame that is none as a bad frame; the socket stays open", async () => {
		const ann = person();
		const id = await newConversation(ann);
		const client = await Client.join(ann, id);
		const refusal = async (frame: ArrayBuffer) => {
			client.raw(frame);
			const { code, clientId } = await client.next("chat:error");
			return [code, clientId];
		};
		const header = { conversationId: id, clientId: "f1" };
		expect(await refusal(frameOf(header, new Uint8Array()))).toEqual(["empty_file", "f1"]);
		expect(await refusal(frameOf({ ...header, contentType: "image/png" }, new TextEncoder().encode("<html>")))).toEqual([
			"unsupported_type",
			"f1",
		]);
		expect(await refusal(frameOf({ ...header, name: "x".repeat(300) }, png()))).toEqual(["bad_file_name", "f1"]);
		expect(await refusal(frameOf({ ...header, waveform: [1] }, png()))).toEqual(["bad_event", "f1"]);
		expect(await refusal(frameOf({ ...header, conversationId: "other" }, png()))).toEqual(["conversation_mismatch", "f1"]);
		expect(await refusal(frameOf(header, new Uint8Array(25 * 1024 * 1024 + 1)))).toEqual(["too_large", "f1"]);
		expect(await refusal(new Uint8Array([0, 0, 0, 9, 1]).buffer)).toEqual(["bad_frame", undefined]);
		// One at a time: the others are to wait.
		for (const clientId of ["f2", "f3"]) client.raw(frameOf({ ...header, clientId }, noise(200_000)));
		expect(await client.next("chat:error")).toMatchObject({ code: "rate_limited", clientId: "f3", retryAfterMs: 1_000 });
		expect((await client.next("chat:file")).clientId).toBe("f2");
	});

	it("is answered also if its sender sends too fast, so that nobody waits for it in vain", async () => {
		const ann = person();
		const id = await newConversation(ann);
		const client = await Client.join(ann, id);
		// The clock stands still: what was used up does not come back while the frames are read.
		vi.useFakeTimers({ toFake: ["Date"] });
		await runInDurableObject(env.CONVERSATIONS.getByName(id), (object, state) => {
			const [socket] = state.getWebSockets() as [WebSocket];
			const typing = JSON.stringify({ type: "chat:typing", conversationId: id, isTyping: true });
			for (let n = 0; n < 420; n++) object.webSocketMessage(socket, typing);
			for (const clientId of ["f1", "f2"]) object.webSocketMessage(socket, frameOf({ conversationId: id, clientId }, noise(10)));
		});
		for (const clientId of ["f1", "f2"])
			expect(await client.next("chat:error", (error) => error.clientId === clientId)).toMatchObject({ code: "rate_limited" });
	});

	it("waits for room where several people send large ones: an instance holds 50 MB of them", async () => {
		const [ann, ben, cat] = [person(), person(), person()];
		const id = await newConversation(ann, [ben, cat]);
		const clients: Client[] = [];
		for (const one of [ann, ben, cat]) clients.push(await Client.join(one, id));
		const frame = frameOf({ conversationId: id, clientId: "f" }, new Uint8Array(20 * 1024 * 1024));
		// None is stored before all have come.
		await runInDurableObject(env.CONVERSATIONS.getByName(id), (object, state) => {
			for (const socket of state.getWebSockets()) object.webSocketMessage(socket, frame);
		});
		const answers = clients.map((client) =>
			Promise.race([client.next("chat:file").then(({ type }) => type), client.next("chat:error").then(({ code }) => code)]),
		);
		expect((await Promise.all(answers)).sort()).toEqual(["chat:file", "chat:file", "rate_limited"]);
	});
});

describe("Socket.IO", () => {
	const placeholder = (num: number) => ({ _placeholder: true, num });

	it("stores the binary attachments of a message, and acknowledges it with them", async () => {
		const [ann, ben] = [person(), person()];
		const id = await newConversation(ann, [ben]);
		const [client, other] = [await SocketIoClient.join(ann, id), await SocketIoClient.join(ben, id)];
		const [zip, picture] = [noise(1_200_000), png(8, 6)];
		const files = [
			{ name: "a.zip", type: "application/zip", data: placeholder(0) },
			{ name: "b.png", type: "image/png", data: placeholder(1), alt: "A dot" },
		];
		client.send(`452-1["chat:send",${JSON.stringify({ conversationId: id, role: "user", content: "Both", files })}]`);
		client.sendBytes(zip);
		client.sendBytes(picture);
		const message = (await client.acknowledged(1)) as { files: { id: string }[] };
		expect(message).toMatchObject({
			content: "Both",
			files: [
				{ name: "a.zip", type: "application/octet-stream", size: 1_200_000, sha256: await sha256Of(zip) },
				{ name: "b.png", type: "image/png", width: 8, height: 6, alt: "A dot" },
			],
		});
		expect((await other.nextMessage("Both")).payload.message).toEqual(message);
		expect(await sha256Of((await download(ben, id, message.files[0]?.id as string)).bytes)).toBe(await sha256Of(zip));
		for (const one of [client, other]) one.close();
	});

	it("takes them by polling, in base64", async () => {
		const ann = person();
		const id = await newConversation(ann);
		const sid = await openPolling(ann);
		const poll = async () => (await exports.default.fetch(url(`polling&sid=${sid}`))).text();
		const post = (packets: string) => exports.default.fetch(url(`polling&sid=${sid}`), { method: "POST", body: packets });
		await post("40");
		const body = noise(1_500_000);
		const base64 = btoa(
			Array.from({ length: body.length / 10_000 }, (_, at) => String.fromCharCode(...body.subarray(at * 10_000, (at + 1) * 10_000))).join(
				"",
			),
		);
		await post(`42["chat:join",{"conversationId":"${id}"}]`);
		const event = { conversationId: id, role: "user", files: [{ name: "a.bin", data: placeholder(0) }] };
		await post(`451-1["chat:send",${JSON.stringify(event)}]\x1eb${base64}`);
		let received = "";
		while (!received.includes("431[")) received += await poll();
		expect(received).toContain(await sha256Of(body));
	});

	it("counts what comes by polling while it is on its way, and takes no more than there is room for", async () => {
		const ann = person();
		const sid = await openPolling(ann);
		const address = url(`polling&sid=${sid}`);
		await exports.default.fetch(address, { method: "POST", body: "40" });
		await (await exports.default.fetch(address)).text();
		const others = heldBytes.hold({ userId: ann });
		const most = fileLimits.inMemory.person;
		expect(others.add(most - 1024 * 1024)).toBe(true);
		expect(await postWithoutLength(address)).toEqual({ status: 503, mebibytes: expect.closeTo(2.4, 0) });
		others.release();
		const own = heldBytes.hold({ userId: ann });
		expect(own.add(most)).toBe(true);
		own.release();
	});

	it("refuses what it cannot read, each with an acknowledgement, and stays open", async () => {
		const ann = person();
		const id = await newConversation(ann);
		const client = await SocketIoClient.join(ann, id);
		let ackId = 0;
		const refusal = async (files: unknown, bytes: Uint8Array<ArrayBuffer>, name = "chat:send", conversationId = id) => {
			ackId += 1;
			client.send(`451-${ackId}["${name}",${JSON.stringify({ conversationId, role: "user", content: "x", clientId: "c", files })}]`);
			client.sendBytes(bytes);
			return ((await client.acknowledged(ackId)) as { code: string }).code;
		};
		const one = (fields: object = {}) => [{ name: "a", data: placeholder(0), ...fields }];
		expect(await refusal(one(), png(), "chat:edit")).toBe("bad_event");
		expect(await refusal(one({ data: placeholder(3) }), png())).toBe("bad_event");
		expect(await refusal(one({ name: "x".repeat(300) }), png())).toBe("bad_file_name");
		expect(await refusal(one({ type: "image/png" }), noise(20))).toBe("unsupported_type");
		expect(await refusal(one(), new Uint8Array())).toBe("empty_file");
		expect(await refusal(one(), new Uint8Array(25 * 1024 * 1024 + 1))).toBe("too_large");
		expect(await refusal(one(), png(), "chat:send", "elsewhere")).toBe("not_joined");
		// Before its bytes come.
		client.send(`451-99["chat:send",${JSON.stringify({ conversationId: "elsewhere", role: "user", files: one() })}]`);
		expect(await client.acknowledged(99)).toMatchObject({ code: "not_joined" });
		client.sendBytes(png());
		client.sendMessage(id, "Still here");
		await client.nextMessage("Still here");
		client.close();
	});

	it("stores nothing for a program that may only read", async () => {
		const ann = person();
		const id = await newConversation(ann);
		const { secret } = (await call("POST", "/me/tokens", await tokenOf(ann), { name: "bot", scopes: ["read"] })).body.token;
		const client = await SocketIoClient.join(ann, id, { token: secret });
		const event = { conversationId: id, role: "user", content: "x", files: [{ name: "a", data: placeholder(0) }] };
		client.send(`451-1["chat:send",${JSON.stringify(event)}]`);
		client.sendBytes(png());
		expect(await client.acknowledged(1)).toMatchObject({ code: "forbidden" });
		const tables = await runInDurableObject(env.CONVERSATION_FILES.getByName(id), (_object, { storage: { sql } }) =>
			sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'files'").toArray(),
		);
		expect(tables).toEqual([]);
		client.close();
	});

	it("takes no long body of a session that has not signed in", async () => {
		const opened = await (await exports.default.fetch(url("polling"))).text();
		const sid = JSON.parse(opened.slice(1)).sid as string;
		const response = await exports.default.fetch(url(`polling&sid=${sid}`), { method: "POST", body: `b${"A".repeat(2 * 1024 * 1024)}` });
		expect(response.status).toBe(413);
		expect(await postWithoutLength(url(`polling&sid=${sid}`))).toEqual({ status: 413, mebibytes: expect.closeTo(1, 0) });
		expect(await postWithoutLength(url(`polling&sid=${"a".repeat(64)}`))).toEqual({ status: 400, mebibytes: expect.closeTo(0, 0) });
		expect(await postWithoutLength(`${origin}/api/hooks/nobody.nothing`)).toEqual({ status: 404, mebibytes: expect.closeTo(0, 0) });
	});
});

describe("a Socket.IO message whose attachments are to come", () => {
	const message = { conversationId: "here", role: "user", files: [0, 1].map((num) => ({ data: { _placeholder: true, num } })) };
	const announcement = `452-1["chat:send",${JSON.stringify(message)}]`;
	const refusal = (code: string) => expect.stringContaining(`"code":"${code}"`);

	/** A connection on a transport that the test holds. */
	function connect(changed: Partial<Settings>) {
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		const done: string[] = [];
		let more = Promise.withResolvers<void>();
		const add = (what: string) => {
			done.push(what);
			more.resolve();
			more = Promise.withResolvers();
		};
		const connection: Connection = new Connection(new Backend(env, { ...read.settings, ...changed }, undefined), {
			write: (packet) => (packet === "2" ? void connection.receive("3") : add(packet)),
			end: add,
		});
		/** Resolves once a packet of this form was written. */
		const written = async (form: RegExp) => {
			while (!done.some((packet) => form.test(packet))) await more.promise;
		};
		return { connection, done, written };
	}

	/** Has announced it. Nothing else happens before the test awaits something. */
	async function announce(changed: Partial<Settings> = {}) {
		const connected = connect(changed);
		connected.connection.receive(`40${JSON.stringify({ token: await tokenOf(`p${crypto.randomUUID()}`) })}`);
		await connected.written(/^40/);
		return {
			...connected,
			announce: () => {
				connected.connection.receive('42["chat:join",{"conversationId":"here"}]');
				connected.connection.receive(announcement);
			},
		};
	}

	it("holds 50 MB of all people, 25 MB of each, and refuses what finds no room", async () => {
		const large = new Uint8Array(20 * 1024 * 1024).buffer;
		const others = [await announce(), await announce()];
		const late = await announce();
		for (const { announce, connection } of [...others, late]) {
			announce();
			connection.receive(large);
		}
		late.connection.receive(new ArrayBuffer(1));
		expect(late.done).toEqual(expect.arrayContaining([expect.stringMatching(/^431\[.*"code":"rate_limited"/)]));
		// Whoever goes makes room.
		others[0]?.connection.close();
		const last = await announce();
		last.announce();
		last.connection.receive(large);
		last.connection.receive(new ArrayBuffer(1));
		expect(last.done).not.toContainEqual(refusal("rate_limited"));
		for (const { connection } of [...others, late, last]) connection.close();
	});

	it("waits for each a limited time, then refuses the message, drops what has come, and stays open", async () => {
		const { connection, written, announce: begin } = await announce({ socketIo: { interval: 50, timeout: 25 } });
		begin();
		connection.receive(new ArrayBuffer(10));
		await written(/^431\[.*"code":"incomplete_file"/);
		expect(connection.receive(new ArrayBuffer(10))).toBe("open");
		expect(connection.receive("6")).toBe("open");
		connection.close();
	});
});
