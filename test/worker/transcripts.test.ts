// What is said in voice messages, as a service writes it down: shown, found, read by Claude, and gone with its message.

import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, inject, it, vi } from "vitest";
import { heldBytes } from "../../src/platform/held-bytes.ts";
import { fileLimits } from "../../src/protocol/files/limits.ts";
import { bytesOf, upload } from "../support/files.ts";
import { expectLog } from "../support/log.ts";
import { release, scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

withSettings({
	...scripted,
	TRANSCRIBE_URL: `${inject("messagesApi")}/v1/`,
	TRANSCRIBE_KEY: "speech-key",
	TRANSCRIBE_MODEL: "whisper-x",
	TRANSCRIBE_MINUTES_PER_PERSON_PER_DAY: "2",
});

type Logged = {
	requests: { body: { messages: { content: { text?: string }[] }[] } }[];
	speech: { authorization: string; fields: Record<string, string>; name: string }[];
};

const logOf = async (): Promise<Logged> => (await fetch(`${inject("messagesApi")}/log`)).json();
const waveform = Array(fileLimits.waveform.bars).fill(3).join();

/** A voice message whose bytes say how the service answers. */
async function voice(id: string, script: string, { userId = "ann", token = "", durationMs = 4_000 } = {}) {
	const bytes = bytesOf(`\x1aE\xdf\xa3\x9fB\x82\x84webm ${id} ${script}\n`);
	const query = `&durationMs=${durationMs}&waveform=${waveform}`;
	const headers: Record<string, string> = token === "" ? {} : { authorization: `Bearer ${token}` };
	const { file } = await upload(userId, id, bytes, { name: "voice.webm", type: "audio/webm", query, headers });
	return file.id;
}

function send(client: Client, content: string, ...files: string[]): void {
	client.send({ type: "chat:send", conversationId: client.conversationId, role: "user", content, files });
}

const isReply = ({ message }: { message: { role: string } }) => message.role === "assistant";
const transcriptOf = ({ message }: { message: { files?: { transcript?: string }[] } }) => message.files?.[0]?.transcript;

/** The latest prompt with these words. */
async function promptWith(words: string): Promise<string> {
	const found = (await logOf()).requests.map(({ body }) => JSON.stringify(body.messages)).filter((text) => text.includes(words));
	return found.at(-1) ?? "";
}

it("a voice message is written down before Claude answers it, and its words are found", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	send(ann, `${id} !{"text":"Yes"}`, await voice(id, "!says= Shall we take the northern path? "));
	expect(transcriptOf(await ann.next("chat:updated"))).toBe("Shall we take the northern path?");
	await ann.next("chat:message", isReply);
	expect(await promptWith(id)).toContain("[voice message, 0:04, transcript: Shall we take the northern path?]");
	const { speech } = await logOf();
	expect(speech.at(-1)).toEqual({
		authorization: "Bearer speech-key",
		fields: { model: "whisper-x", response_format: "verbose_json" },
		name: "voice.webm",
	});
	const { body } = await call("GET", `/conversations/${id}/search?q=northern`, await tokenOf("ann"));
	expect(body.results).toHaveLength(1);
	const headers = { authorization: `Bearer ${await tokenOf("ann")}` };
	const exported = await exports.default.fetch(`${origin}/api/conversations/${id}/export`, { headers });
	expect(new TextDecoder().decode(await exported.arrayBuffer())).toContain('"transcript":"Shall we take the northern path?"');
});

it("Claude does not wait for a service that fails, and reads the words as soon as they are there", async () => {
	expectLog(/was not written down/);
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	send(ann, `${id} !{"text":"Yes"}`, await voice(id, "!status-503 !says=Late words"));
	await ann.next("chat:message", isReply);
	expect(await promptWith(id)).toContain("[voice message, 0:04, no transcript]");
	await runDurableObjectAlarm(env.CONVERSATIONS.getByName(id));
	expect(transcriptOf(await ann.next("chat:updated"))).toBe("Late words");
	send(ann, `${id} Again !{"text":"Yes"}`);
	await ann.next("chat:message", isReply);
	expect(await promptWith(`${id} Again`)).toContain("transcript: Late words");
});

it("a voice message whose object is killed is written down all the same", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { assistant: "off" });
	send(ann, "", await voice(id, `!hold-${id} !says=Still here`));
	await ann.next("chat:message");
	await abortAllDurableObjects();
	await release(id);
	await ann.closed;
	const back = await Client.join("ann", id);
	await runDurableObjectAlarm(env.CONVERSATIONS.getByName(id));
	// It may have been written down before the socket was open again.
	const heard = () => [...back.joined.messages, ...back.all("chat:updated").map(({ message }) => message)];
	await expect.poll(() => heard().map((message) => transcriptOf({ message }))).toContain("Still here");
});

it("a service that takes long keeps no alarm, and is asked by one only once", async () => {
	expectLog(/was not written down/);
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	send(ann, `${id} !{"text":"Yes"}`, await voice(id, `!status-503 !hold-${id} !says=After a while`));
	await ann.next("chat:message", isReply);
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10_000 });
	try {
		const conversation = env.CONVERSATIONS.getByName(id);
		expect(await runDurableObjectAlarm(conversation)).toBe(true);
		const next = await runInDurableObject(conversation, (_object, { storage }) => storage.getAlarm());
		expect(next).toBeGreaterThan(Date.now() + 90_000);
	} finally {
		vi.useRealTimers();
	}
	await release(id);
	expect(transcriptOf(await ann.next("chat:updated"))).toBe("After a while");
});

it("what a service answers that is no transcript is not shown, nor asked for again", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	expectLog(/cannot be written down/);
	send(ann, `${id} !{"text":"Yes"}`, await voice(id, '!raw={"text":{"html":"<b>"}}'));
	await ann.next("chat:message", isReply);
	expect(await promptWith(id)).toContain("[voice message, 0:04, no transcript]");
	send(ann, `${id} 2 !{"text":"Yes"}`, await voice(id, `!raw={"text":"a\\u202eb${"x".repeat(20)}"}`));
	expect(transcriptOf(await ann.next("chat:updated"))).toBe(`ab${"x".repeat(20)}`);
});

it("a deleted voice message takes its words with it", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { assistant: "off" });
	send(ann, "", await voice(id, "!says=Never said"));
	const { message } = await ann.next("chat:updated");
	ann.send({ type: "chat:delete", conversationId: id, messageId: message.id });
	expect((await ann.next("chat:updated")).message).not.toHaveProperty("files");
	const { body } = await call("GET", `/conversations/${id}/search?q=never`, await tokenOf("ann"));
	expect(body.results).toEqual([]);
});

it("the guests of one network have so many minutes together", async () => {
	const guest = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
	const { id } = (await call("POST", "/conversations", guest.token, { assistant: "off" })).body.conversation;
	await call("PATCH", `/conversations/${id}`, guest.token, { assistant: "off" });
	const socket = await Client.openBy(guest.token, id);
	await env.LEDGER.getByName("network 2001:db8:77:1::/64").reserveSpeech("first", 6_000, { most: 6_000, open: 1 });
	const sendFrom = async (address: string, says: string) => {
		const from = { "cf-connecting-ip": address };
		const file = await voice(id, `!says=${says}`, { token: guest.token });
		expect((await call("POST", `/conversations/${id}/messages`, guest.token, { content: says, files: [file] }, from)).status).toBe(201);
	};
	await sendFrom("2001:db8:77:1::1", "From the full one");
	await sendFrom("2001:db8:78:1::1", "From another");
	expect(transcriptOf(await socket.next("chat:updated"))).toBe("From another");
});

it("a recording waits until there is memory for it", async () => {
	expectLog(/was not written down/);
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	const file = await voice(id, "!says=At last");
	const others = heldBytes.hold({ userId: "others" });
	const most = heldBytes.hold({ userId: "more" });
	expect([others.add(fileLimits.inMemory.person), most.add(fileLimits.inMemory.person)]).toEqual([true, true]);
	send(ann, `${id} !{"text":"Yes"}`, file);
	await ann.next("chat:message", isReply);
	expect(await promptWith(id)).toContain("no transcript");
	others.release();
	most.release();
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 11_000 });
	try {
		await runDurableObjectAlarm(env.CONVERSATIONS.getByName(id));
	} finally {
		vi.useRealTimers();
	}
	expect(transcriptOf(await ann.next("chat:updated"))).toBe("At last");
});

it("a person has so many minutes written down a day, by what they send and not by what they say of it", async () => {
	const id = await newConversation("bea");
	const bea = await Client.join("bea", id);
	await call("PATCH", `/conversations/${id}`, await tokenOf("bea"), { assistant: "off" });
	const first = await voice(id, "!says=One", { userId: "bea", durationMs: 100_000 });
	const second = await voice(id, "!says=Two", { userId: "bea", durationMs: 30_000 });
	const long = await voice(id, `!says=Three ${"x".repeat(3_000 * 30)}`, { userId: "bea", durationMs: 1 });
	send(bea, "", first);
	expect(transcriptOf(await bea.next("chat:updated"))).toBe("One");
	send(bea, "", second, long);
	send(bea, "", await voice(id, "!says=Four", { userId: "bea", durationMs: 15_000 }));
	expect(transcriptOf(await bea.next("chat:updated"))).toBe("Four");
	const { body } = await call("GET", `/conversations/${id}/messages`, await tokenOf("bea"));
	expect(body.messages[1].files.map((file: object) => "transcript" in file)).toEqual([false, false]);
});

it("minutes are what the service says, so that a file that lies about its length is the last one of the day", async () => {
	const id = await newConversation("cyd");
	const cyd = await Client.join("cyd", id);
	for (const n of [1, 2]) {
		const long = await voice(id, `!raw={"text":"Short ${n}","usage":{"type":"duration","seconds":3.5}}`, {
			userId: "cyd",
			durationMs: 100_000,
		});
		send(cyd, "", long);
		expect(transcriptOf(await cyd.next("chat:updated"))).toBe(`Short ${n}`);
		await cyd.next("chat:message", isReply);
	}
	send(cyd, "", await voice(id, '!raw={"text":"A long story","duration":"7200.5"}', { userId: "cyd" }));
	expect(transcriptOf(await cyd.next("chat:updated"))).toBe("A long story");
	await cyd.next("chat:message", isReply);
	send(cyd, `${id} !{"text":"Yes"}`, await voice(id, "!says=Too late", { userId: "cyd" }));
	await cyd.next("chat:message", isReply);
	const prompt = await promptWith(id);
	expect(prompt).toContain("transcript: A long story");
	expect(prompt).not.toContain("Too late");
});

it("a figure that no recording can have is not charged", async () => {
	const id = await newConversation("dan");
	const dan = await Client.join("dan", id);
	await call("PATCH", `/conversations/${id}`, await tokenOf("dan"), { assistant: "off" });
	for (const duration of ["-50", "1e999", "1000000", "{}", '"long"']) {
		send(
			dan,
			"",
			await voice(id, `!raw={"text":"It took ${duration.replaceAll('"', "")}","duration":${duration},"usage":[]}`, { userId: "dan" }),
		);
		expect(transcriptOf(await dan.next("chat:updated"))).toContain("It took");
	}
});

it("a question of somebody else waits for the words of a spoken one, and one reply answers both", async () => {
	const id = await newConversation("ann", ["eve"]);
	const [ann, eve] = [await Client.join("ann", id), await Client.join("eve", id)];
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { assistant: "always" });
	send(ann, "", await voice(id, `!hold-${id} !says=Is the northern path open?`));
	await eve.next("chat:message");
	send(eve, `${id} And the southern one? !{"text":"Both"}`);
	await ann.next("chat:message", ({ message }) => message.author.userId === "eve");
	await release(id);
	await ann.next("chat:message", isReply);
	expect(await promptWith(id)).toContain("transcript: Is the northern path open?");
	await ann.next("chat:complete");
	const { body } = await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"));
	expect(body.messages.map(({ role }: { role: string }) => role)).toEqual(["user", "user", "assistant"]);
});

it("a model that knows only the short form of answers is asked for that", async () => {
	const id = await newConversation("fay");
	const fay = await Client.join("fay", id);
	for (const [n, formats] of [["verbose_json", "json"], ["json"]].entries()) {
		const asked = (await logOf()).speech.length;
		send(fay, "", await voice(id, `!short !says=Heard ${n}`, { userId: "fay" }));
		expect(transcriptOf(await fay.next("chat:updated"))).toBe(`Heard ${n}`);
		expect((await logOf()).speech.slice(asked).map(({ fields }) => fields.response_format)).toEqual(formats);
		await fay.next("chat:message", isReply);
	}
});
