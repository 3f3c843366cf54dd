// The archive of a conversation with its files: what is in it, and that an import gives back every byte.

import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { issueImportToken } from "../../src/auth/import-token.ts";
import { emptyReading, readRecord } from "../../src/protocol/archive.ts";
import { entryAt, type ListedFile, readList } from "../../src/protocol/files/archive.ts";
import type { MessageFile } from "../../src/protocol/files/file.ts";
import { joined, readTar } from "../../src/protocol/files/tar.ts";
import { download, noise, png, sha256Of, upload } from "../support/files.ts";
import { call, newConversation, origin, tokenOf } from "../support/socket.ts";

const person = () => `p${crypto.randomUUID()}`;

type Archive = {
	status: number;
	type: string | null;
	paths: string[];
	lines: string[];
	files: Map<string, Uint8Array<ArrayBuffer>>;
	list: string;
};

async function archiveOf(who: string, id: string): Promise<Archive> {
	const response = await exports.default.fetch(`${origin}/api/conversations/${id}/export?format=tar`, {
		headers: { authorization: `Bearer ${await tokenOf(who)}` },
	});
	const archive: Archive = {
		status: response.status,
		type: response.headers.get("content-type"),
		paths: [],
		lines: [],
		files: new Map(),
		list: "",
	};
	if (!response.body || response.status !== 200) return archive;
	for await (const { path, content } of readTar(response.body)) {
		archive.paths.push(path);
		const pieces: Uint8Array[] = [];
		for await (const piece of content()) pieces.push(piece.slice());
		const bytes = joined(pieces);
		const text = () => new TextDecoder().decode(bytes);
		const type = entryAt(path)?.type;
		if (type === "part") archive.lines.push(...text().split("\n").slice(0, -1));
		else if (type === "list") archive.list = text();
		else archive.files.set(path, bytes);
	}
	return archive;
}

/** The list of an archive whose lines are whole and follow each other. */
async function listOf({ lines, list }: Archive): Promise<ListedFile[] | undefined> {
	let reading = emptyReading;
	for (const line of lines) reading = (await readRecord(line, reading))?.reading ?? reading;
	expect([reading.lines, reading.isWhole]).toEqual([lines.length, true]);
	return readList(list, reading.hash);
}

/** A conversation of Ann's with a text, a picture with a thumbnail, and a long name. */
async function conversationWithFiles(): Promise<{ ann: string; id: string; files: MessageFile[]; large: Uint8Array<ArrayBuffer> }> {
	const ann = person();
	const id = await newConversation(ann);
	const token = await tokenOf(ann);
	await call("PATCH", `/conversations/${id}`, token, { assistant: "off" });
	const large = new Uint8Array(1_200_000);
	large.set(png(3_000, 2_000));
	large.set(noise(1_000_000), 100_000);
	const picture = (await upload(ann, id, large, { name: "Harbour.png", type: "image/png", query: "&alt=Boats" })).file;
	const put = { method: "PUT", headers: { authorization: `Bearer ${token}` }, body: png(300, 200) };
	expect((await exports.default.fetch(`${origin}/api/conversations/${id}/files/${picture.id}/thumbnail`, put)).status).toBe(200);
	const long = (await upload(ann, id, "Plans", { name: `${"漢".repeat(200)}.txt`, type: "text/plain" })).file;
	for (const files of [[picture.id], [long.id]]) await call("POST", `/conversations/${id}/messages`, token, { content: "See", files });
	return { ann, id, files: [{ ...picture, hasThumbnail: true }, long], large };
}

const importLines = async (id: string, lines: string[], from = 0, as?: string) =>
	call(
		"POST",
		`/import/${id}?${new URLSearchParams({ from: String(from), ...(as && { as }) })}`,
		await issueImportToken(id, env.JWT_SECRET as string),
		lines.join("\n"),
	);

async function importFile(id: string, fileId: string, body: Uint8Array<ArrayBuffer>, query = "", token?: string) {
	const response = await exports.default.fetch(`${origin}/api/import/${id}/files/${fileId}${query}`, {
		method: "PUT",
		headers: { authorization: `Bearer ${token ?? (await issueImportToken(id, env.JWT_SECRET as string))}` },
		body,
	});
	const text = await response.text();
	return [response.status, text === "" ? undefined : JSON.parse(text).error.code];
}

describe("an archive", () => {
	it("has the export, each file and each thumbnail byte for byte, and a list that continues the chain", async () => {
		const { ann, id, files, large } = await conversationWithFiles();
		const [picture, long] = files as [MessageFile, MessageFile];
		const archive = await archiveOf(ann, id);
		expect([archive.status, archive.type]).toEqual([200, "application/x-tar"]);
		expect(archive.paths).toEqual([
			"conversation-000001.jsonl",
			`files/${picture.id}/Harbour.png`,
			`thumbnails/${picture.id}`,
			`files/${long.id}/${"漢".repeat(65)}.txt`,
			"files.jsonl",
		]);
		expect(await sha256Of(archive.files.get(`files/${picture.id}/Harbour.png`) as Uint8Array<ArrayBuffer>)).toBe(await sha256Of(large));
		expect(await listOf(archive)).toEqual([
			{ type: "file", id: picture.id, size: large.length, sha256: await sha256Of(large) },
			{ type: "thumbnail", id: picture.id, size: png().length, sha256: await sha256Of(png(300, 200)) },
			{ type: "file", id: long.id, size: 5, sha256: long.sha256 },
		]);
		expect(await readList(archive.list, "0".repeat(64))).toBeUndefined();
		expect(await readList(archive.list.replace('"size":5', '"size":6'), emptyReading.hash)).toBeUndefined();
	});

	it("names a file whose bytes are gone, and is whole without it", async () => {
		const { ann, id, files } = await conversationWithFiles();
		const [picture, long] = files as [MessageFile, MessageFile];
		await env.CONVERSATION_FILES.getByName(id).drop([picture.id]);
		expect(await listOf(await archiveOf(ann, id))).toEqual([
			{ type: "missing", id: picture.id },
			{ type: "file", id: long.id, size: 5, sha256: long.sha256 },
		]);
	});

	it("breaks off if a file has lost bytes", async () => {
		const { ann, id, files } = await conversationWithFiles();
		await runInDurableObject(env.CONVERSATION_FILES.getByName(id), (_object, { storage: { sql } }) => {
			sql.exec("DELETE FROM parts WHERE key = ? AND n = 1", files[0]?.id as string);
		});
		await expect(archiveOf(ann, id)).rejects.toThrow("other bytes than its size says");
	});

	it("has its files named in the web page, where all text is escaped", async () => {
		const ann = person();
		const id = await newConversation(ann);
		const { file } = await upload(ann, id, png(), { name: "<b>.png", type: "image/png", query: "&alt=%3Ci%3E" });
		await call("POST", `/conversations/${id}/messages`, await tokenOf(ann), { content: "", files: [file.id] });
		const headers = { authorization: `Bearer ${await tokenOf(ann)}` };
		const page = await (await exports.default.fetch(`${origin}/api/conversations/${id}/export?format=html`, { headers })).text();
		expect(page).toContain('<li>File: <bdi>&#60;b&#62;.png</bdi>, 1 kB: <span class="text" dir="auto">&#60;i&#62;</span></li>');
	});

	it("is for members, and has nothing of what a member may not read", async () => {
		const { ann, id, files } = await conversationWithFiles();
		expect((await archiveOf(person(), id)).status).toBe(404);
		const ben = person();
		const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf(ann), { allows: { history: "new" } })).body;
		await call("POST", `/invites/${encodeURIComponent(invite.token)}/accept`, await tokenOf(ben));
		const archive = await archiveOf(ben, id);
		expect(archive.paths).toEqual(["conversation-000001.jsonl", "files.jsonl"]);
		for (const file of files) expect(archive.lines.join()).not.toContain(file.id);
	});
});

describe("an import with files", () => {
	it("gives back every byte, and appears with its last line", async () => {
		const { ann, id, files, large } = await conversationWithFiles();
		const [picture, long] = files as [MessageFile, MessageFile];
		const archive = await archiveOf(ann, id);
		const copy = crypto.randomUUID();
		const lines = archive.lines.slice(0, -1);
		expect((await importLines(copy, lines, 0, ann)).status).toBe(200);
		for (const [path, bytes] of archive.files) {
			const { type, id: fileId } = entryAt(path) as { type: string; id: string };
			// Twice, as after a lost answer.
			for (let n = 0; n < 2; n++)
				expect(await importFile(copy, fileId, bytes, type === "thumbnail" ? "?size=thumbnail" : "")).toEqual([204, undefined]);
		}
		expect((await download(ann, copy, picture.id)).status).toBe(404);
		expect((await importLines(copy, archive.lines.slice(-1), lines.length, ann)).body.conversation.id).toBe(copy);
		expect(await sha256Of((await download(ann, copy, picture.id)).bytes)).toBe(await sha256Of(large));
		expect((await download(ann, copy, picture.id, {}, "?size=thumbnail")).bytes).toEqual(png(300, 200));
		expect((await download(ann, copy, long.id)).headers.get("content-type")).toBe("text/plain; charset=utf-8");
		const { messages } = (await call("GET", `/conversations/${copy}/messages`, await tokenOf(ann))).body;
		expect(messages.flatMap((message: { files: MessageFile[] }) => message.files)).toEqual(files);
		expect((await archiveOf(ann, copy)).files).toEqual(archive.files);
	});

	it("refuses other bytes, files that no message names, a stranger, and a conversation that exists, and stores nothing", async () => {
		const { ann, id, large } = await conversationWithFiles();
		const archive = await archiveOf(ann, id);
		const copy = crypto.randomUUID();
		const [path] = archive.files.keys();
		const { id: fileId } = entryAt(path as string) as { id: string };
		expect(await importFile(copy, fileId, large)).toEqual([404, "not_found"]);
		await importLines(copy, archive.lines.slice(0, -1), 0, ann);
		const changed = large.slice();
		changed[large.length - 1] = 1;
		expect(await importFile(copy, fileId, changed)).toEqual([400, "incomplete_file"]);
		expect(await importFile(copy, fileId, large.slice(0, 100))).toEqual([400, "incomplete_file"]);
		expect(await importFile(copy, fileId, new Uint8Array([...large, 1]))).toEqual([413, "too_large"]);
		expect(await importFile(copy, fileId, png(), "?size=thumbnail")).toEqual([404, "not_found"]);
		expect(await importFile(copy, "unknown", large)).toEqual([404, "not_found"]);
		expect(await importFile(copy, fileId, large, "", await tokenOf(ann))).toEqual([401, "unauthorized"]);
		expect(await importFile(id, fileId, large)).toEqual([409, "conflict"]);
		await importLines(copy, archive.lines.slice(-1), archive.lines.length - 1, ann);
		expect((await download(ann, copy, fileId)).status).toBe(404);
		expect(await importFile(copy, fileId, large)).toEqual([409, "conflict"]);
	});
});
