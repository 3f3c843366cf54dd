// What is said in voice messages, as a service writes it down: shown, found, read by Claude, and gone with its message.

import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, inject, it, vi } from "vitest";
import { passSpeechQuota } from "../../src/money/quota.ts";
import { heldBytes } from "../../src/platform/held-bytes.ts";
import { fileLimits } from "../../src/protocol/files/limits.ts";
import { bytesOf, upload } from "../support/files.ts";
import { expectLog } from "../support/log.ts";
import { scripted, withSettings } from "../support/settings.ts";
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

/** The service answers what it holds under this name. */
const release = (name: string) => fetch(`${inject("messagesApi")}/speech/release/${name}`, { method: "POST" });

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
		fields: { model: "whisper-x", response_format: "json" },
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
	expectLog(/was not written down/);
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { assistant: "off" });
	send(ann, "", await voice(id, "!status-503 !says=Still here"));
	await ann.next("chat:message");
	await abortAllDurableObjects();
	await ann.closed;
	const back = await Client.join("ann", id);
	const updated = back.next("chat:updated");
	await runDurableObjectAlarm(env.CONVERSATIONS.getByName(id));
	expect(transcriptOf(await updated)).toBe("Still here");
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
	await env.LEDGER.getByName("network 2001:db8:77:1::/64").addTranscribed(6_000, Number.MAX_SAFE_INTEGER);
	const sendFrom = async (address: string, says: string) => {
		const from = { "cf-connecting-ip": address };
		const file = await voice(id, `!says=${says}`, { token: guest.token });
		expect((await call("POST", `/conversations/${id}/messages`, guest.token, { content: says, files: [file] }, from)).status).toBe(201);
	};
	await sendFrom("2001:db8:77:1::1", "From the full one");
	await sendFrom("2001:db8:78:1::1", "From another");
	expect(transcriptOf(await socket.next("chat:updated"))).toBe("From another");
});

it("speech that the deployment has no room for costs nobody their own day, and guests leave half of it", async () => {
	const writer = { userId: "quota-cat", isGuest: false };
	const day = { person: 10, guest: 10, deployment: Number.MAX_SAFE_INTEGER };
	expect(await passSpeechQuota(env.LEDGER, { userId: "quota-dan", isGuest: false }, 1, day)).toBe(true);
	expect(await passSpeechQuota(env.LEDGER, writer, 10, { ...day, deployment: 10 })).toBe(false);
	expect(await passSpeechQuota(env.LEDGER, { userId: "quota-gus", isGuest: true }, 10, { ...day, deployment: 19 })).toBe(false);
	expect(await passSpeechQuota(env.LEDGER, writer, 10, day)).toBe(true);
	expect(await passSpeechQuota(env.LEDGER, writer, 1, day)).toBe(false);
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
