// Imports an exported conversation into a deployment whose JWT_SECRET you have, from the
// environment or from .dev.vars.
//   npm run import FILE                                   into `npm run dev` on this machine
//   npm run import FILE -- --url https://parley.example   into another deployment
//   npm run import FILE -- --as USERID                    with this user as an owner, besides the owners in the file
//   npm run import FILE -- --new                          under a new id, so that the file can be imported twice
// FILE is an export in JSON Lines, or an archive (tar) with the files of the conversation. Checks the
// whole file before it sends anything. An interrupted import can be started again: the conversation
// appears only at its end.

import { randomBytes } from "node:crypto";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { parseArgs, parseEnv } from "node:util";
import { issueImportToken } from "../src/auth/import-token.ts";
import { errors } from "../src/protocol/errors.ts";
import { linesOf, readExport, type StoredFile } from "./read-export.ts";

/** UTF-16 units sent in one request: far below the limit, and at most a second's work. */
const partLength = 1_000_000;
const maxAttempts = 3;

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		url: { type: "string", default: "http://localhost:8787" },
		as: { type: "string" },
		new: { type: "boolean", default: false },
	},
});

/** The lines in parts, and the last line in a part of its own: with it, the conversation appears. */
async function* partsOf(lines: AsyncGenerator<string>): AsyncGenerator<{ from: number; lines: string[]; isLast: boolean }> {
	let from = 0;
	let part: string[] = [];
	let length = 0;
	let last: string | undefined;
	for await (const line of lines) {
		if (last !== undefined) {
			part.push(last);
			length += last.length;
		}
		last = line;
		if (length + line.length <= partLength || part.length === 0) continue;
		yield { from, lines: part, isLast: false };
		from += part.length;
		part = [];
		length = 0;
	}
	if (part.length > 0) yield { from, lines: part, isLast: false };
	yield { from: from + part.length, lines: last === undefined ? [] : [last], isLast: true };
}

/** Makes a request until it is answered. `bodyOf`: a body that is read from the file is made anew for each. */
async function request(
	path: string,
	options: { method: string; id: string; secret: string; bodyOf: () => RequestInit },
): Promise<Response> {
	const { method, id, secret, bodyOf } = options;
	const address = new URL(`/api/import/${encodeURIComponent(id)}${path}`, values.url);
	for (let attempt = 1; ; attempt++) {
		const { headers, ...body } = bodyOf();
		const authorization = `Bearer ${await issueImportToken(id, secret)}`;
		const answer = await fetch(address, { method, ...body, headers: { authorization, ...(headers as Record<string, string>) } }).catch(
			(error: Error) => error,
		);
		if (answer instanceof Response && (answer.status < 500 || answer.status === errors.storage_full.status)) return answer;
		if (attempt === maxAttempts)
			throw new Error(`${address.origin} cannot be reached: ${answer instanceof Error ? answer.message : answer.status}`);
	}
}

async function send(id: string, secret: string, { from, lines }: { from: number; lines: string[] }): Promise<void> {
	const query = new URLSearchParams({ from: String(from), ...(values.as !== undefined && { as: values.as }) });
	const answer = await request(`?${query}`, { method: "POST", id, secret, bodyOf: () => ({ body: lines.join("\n") }) });
	return checkResponse(answer, from + lines.length);
}

async function sendFile(id: string, secret: string, file: string, { id: fileId, isThumbnail, start, size }: StoredFile): Promise<void> {
	const bodyOf = () => {
		const content = createReadStream(file, { start, end: start + size - 1 });
		return { body: Readable.toWeb(content) as ReadableStream, duplex: "half" as const, headers: { "content-length": String(size) } };
	};
	const path = `/files/${encodeURIComponent(fileId)}${isThumbnail ? "?size=thumbnail" : ""}`;
	const answer = await request(path, { method: "PUT", id, secret, bodyOf });
	if (answer.ok) return;
	const { error } = (await answer.json()) as { error: { message: string } };
	throw new Error(error.message);
}

async function checkResponse(answer: Response, taken: number): Promise<void> {
	const body = (await answer.json()) as { taken?: number; error?: { message: string } };
	if (answer.status === 401) throw new Error("The deployment does not accept this JWT_SECRET.");
	if (answer.status === 409) throw new Error(`${body.error?.message} Use --new to import it under a new id.`);
	if (!answer.ok) throw new Error(body.error?.message ?? `The response was ${answer.status}.`);
	if (body.taken !== taken) throw new Error("Another import of the same conversation interfered. Start again.");
}

function readSecret(): string {
	const file = new URL("../.dev.vars", import.meta.url);
	const secret = process.env.JWT_SECRET ?? (existsSync(file) ? parseEnv(readFileSync(file, "utf8")).JWT_SECRET : undefined);
	if (!secret) throw new Error("Set JWT_SECRET to the deployment's secret.");
	return secret;
}

try {
	const [file] = positionals;
	if (file === undefined) throw new Error("Give the file: npm run import FILE -- --url https://parley.example --as USERID");
	const secret = readSecret();
	const { first, messages, lines, files, missing } = await readExport(file);
	const id = values.new ? randomBytes(16).toString("base64url") : first.id;
	for await (const part of partsOf(linesOf(file, lines))) {
		if (part.isLast) for (const one of files) await sendFile(id, secret, file, one);
		await send(id, secret, part);
	}
	const kept = files.filter(({ isThumbnail }) => !isThumbnail).length;
	if (missing > 0) console.log(`${missing} files were missing already when the archive was written.`);
	console.log(
		`Imported ${messages} messages${kept > 0 ? ` with ${kept} files` : ""} to ${new URL(`/c/${encodeURIComponent(id)}`, values.url)}`,
	);
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
