// Files of messages, as Claude reads them: through the conversation, the object with the bytes, the SDK and a scripted Messages API.

import { exports } from "cloudflare:workers";
import { expect, inject, it } from "vitest";
import { noise, pdf, png, upload } from "../support/files.ts";
import { expectLog } from "../support/log.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

withSettings(scripted);

type Logged = { body: { messages: { content: { type: string; text?: string; source?: { data: string } }[] }[] } };

const isReply = ({ message }: { message: { role: string } }) => message.role === "assistant";

/** The blocks of the latest request with these words. */
async function askedWith(words: string) {
	const { requests } = (await (await fetch(`${inject("messagesApi")}/log`)).json()) as { requests: Logged[] };
	const found = requests.findLast(({ body }) => JSON.stringify(body.messages).includes(words));
	return found?.body.messages.flatMap(({ content }) => content) ?? [];
}

async function sent(ann: Client, content: string, ...files: string[]) {
	ann.send({ type: "chat:send", conversationId: ann.conversationId, role: "user", content, files });
	return (await ann.next("chat:message", isReply)).message;
}

it("Claude reads a picture, a text and what else there is by name, and people can see what it read", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	const picture = await upload("ann", id, png(), { name: "boats.png", type: "image/png" });
	const text = await upload("ann", id, "Dear Bob", { name: "letter.txt", type: "text/plain" });
	const other = await upload("ann", id, noise(900), { name: "data.bin" });
	const reply = await sent(ann, `${id} !{"text":"Yes"}`, picture.file.id, text.file.id, other.file.id);
	expect(reply).toMatchObject({ status: "complete", content: "Yes" });
	const [envelope, image, document] = await askedWith(id);
	expect(envelope?.text).toMatch(
		/\[file, boats\.png, image\/png, 1 kB, which follows[^\n]*\n\[file, letter\.txt, text\/plain, 1 kB, which follows[^\n]*\n\[file, data\.bin, application\/octet-stream, 1 kB, which you cannot open here\]/,
	);
	expect(image).toMatchObject({ type: "image", source: { data: btoa(String.fromCharCode(...png())) } });
	expect(document?.text).toContain("Dear Bob");
	const { body } = await call("GET", `/conversations/${id}/messages/${reply.id}/prompt`, await tokenOf("ann"));
	expect(body).toMatchObject({
		files: [picture.file.id, text.file.id].sort(),
		attachments: expect.arrayContaining([
			{ seq: 1, id: picture.file.id, name: "boats.png", type: "image/png", size: png().length },
			{ seq: 1, id: text.file.id, name: "letter.txt", type: "text/plain", size: 8 },
			{ seq: 1, id: other.file.id, name: "data.bin", type: "application/octet-stream", size: 900, unread: "type" },
		]),
	});
});

it("a file that cannot be read does not keep Claude from answering, now and later", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	const locked = await upload("ann", id, await pdf(1, { isEncrypted: true }), { name: "locked.pdf", type: "application/pdf" });
	const damaged = await upload("ann", id, new Uint8Array([...png(), ...new TextEncoder().encode("!damaged")]), { type: "image/png" });
	const first = await sent(ann, `${id} !{"text":"One"}`, locked.file.id, damaged.file.id);
	expect(first).toMatchObject({ status: "complete", content: "One" });
	const { body } = await call("GET", `/conversations/${id}/messages/${first.id}/prompt`, await tokenOf("ann"));
	expect(body.files).toEqual([]);
	expect(await sent(ann, `${id} Again !{"text":"Two"}`)).toMatchObject({ content: "Two" });
	expect((await askedWith(`${id} Again`)).map(({ type }) => type)).toEqual(["text", "text", "text"]);
});

it("a reply names the files of the messages that it answers which Claude could not read, once and with the reason", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	const token = await tokenOf("ann");
	const letter = await upload("ann", id, "Dear Bob", { name: "letter.txt", type: "text/plain" });
	const archive = await upload("ann", id, noise(900), { name: "report.zip" });
	const locked = await upload("ann", id, await pdf(1, { isEncrypted: true }), { name: "locked.pdf", type: "application/pdf" });
	const { id: fileId } = (await upload("ann", id, noise(900, 2), { name: "drawing.dwg" })).file;
	const first = await sent(ann, `${id} !{"text":"One"}`, letter.file.id, archive.file.id, locked.file.id);
	const said = [
		{ fileId: archive.file.id, reason: "type" },
		{ fileId: locked.file.id, reason: "refused" },
	];
	expect(first.unreadFiles).toHaveLength(said.length);
	expect(first.unreadFiles).toEqual(expect.arrayContaining(said));
	// It is in the prompt of the next reply as well, which answers another message.
	expect((await sent(ann, `${id} Again !{"text":"Two"}`)).unreadFiles).toBeUndefined();
	// Nobody was answered: the next reply answers this message, too.
	expectLog(/Claude failed: bad_key/);
	const failed = await sent(ann, `${id} !{"fault":"unauthorized"}`, fileId);
	expect(failed).toMatchObject({ status: "failed", content: "" });
	expect(failed.unreadFiles).toBeUndefined();
	const last = await sent(ann, `${id} And now? !{"text":"Three"}`);
	expect(last.unreadFiles).toEqual([{ fileId, reason: "type" }]);
	ann.send({ type: "chat:regenerate", conversationId: id, messageId: last.id });
	const again = await ann.next("chat:message", ({ message }) => message.id === last.id);
	expect(again.message.unreadFiles).toEqual([{ fileId, reason: "type" }]);
	const versions = await call("GET", `/conversations/${id}/messages/${last.id}/versions`, token);
	expect(versions.body.versions).toEqual([expect.objectContaining({ unreadFiles: [{ fileId, reason: "type" }] })]);
	const fork = await call("POST", `/conversations/${id}/fork`, token, { upTo: last.seq });
	const { body: copied } = await call("GET", `/conversations/${fork.body.conversation.id}/messages`, token);
	expect(copied.messages.at(-1)).toMatchObject({ unreadFiles: [{ fileId, reason: "type" }] });
});

it("a private answer and a saved page name the files that Claude could not read, to whoever may read their messages", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	const { file } = await upload("ann", id, noise(900), { name: "report <1>.zip" });
	ann.send({ type: "chat:send", conversationId: id, role: "user", content: `${id} !{"text":"One"}`, files: [file.id] });
	await ann.next("chat:message", isReply);
	const { file: later } = await upload("ann", id, noise(900, 2), { name: "later.zip" });
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { assistant: "mention" });
	ann.send({ type: "chat:send", conversationId: id, role: "user", content: "Here", files: [later.id] });
	await ann.next("chat:message", ({ message }) => message.content === "Here");
	ann.send({ type: "chat:ask-privately", conversationId: id, clientId: "private-1", content: `${id} !{"text":"Two"}` });
	const { aside } = await ann.next("chat:aside", ({ aside }) => aside.status === "complete");
	expect(aside.unreadFiles).toEqual([{ fileId: later.id, reason: "type" }]);
	const saved = async (person: string) => {
		const headers = { authorization: `Bearer ${await tokenOf(person)}` };
		return (await exports.default.fetch(`${origin}/api/conversations/${id}/export?format=html`, { headers })).text();
	};
	expect(await saved("ann")).toContain("Claude could not read: <bdi>report &#60;1&#62;.zip</bdi> (this kind of file)");
	const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), { allows: { history: "new" } })).body;
	await call("POST", `/invites/${encodeURIComponent(invite.token)}/accept`, await tokenOf("bob"));
	ann.send({ type: "chat:share", conversationId: id, asideId: aside.id, clientId: "share-1" });
	await ann.next("chat:message", ({ message }) => message.sharedBy !== undefined);
	expect(await saved("ann")).toContain("later.zip</bdi> (this kind of file)");
	expect(await saved("bob")).not.toContain("Claude could not read");
});

it("the pages of a PDF are counted when it comes", async () => {
	const id = await newConversation("ann");
	const { file } = await upload("ann", id, await pdf(4, { isCompressed: true }), { name: "four.pdf", type: "application/pdf" });
	expect(file).toMatchObject({ type: "application/pdf", pages: 4 });
});
